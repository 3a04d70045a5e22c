//! What a server sends, on its way to the client: the messages of a COPY, which come a row each, are put together, so that
//! a row costs a copy and no message of its own. Where one ends is of no meaning in the protocol (PostgreSQL, "Message
//! Formats", CopyData); every other message passes as it is, and nothing waits for what has not come yet.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// Bytes that are asked for at a time.
const ROOM: usize = 64 * 1024;

/// Bytes of the messages that are made: what the client reads into, without having to make more room.
const MESSAGE: usize = 8 * 1024;

/// A message begins with a letter and its length, which counts itself but not the letter.
const HEAD: usize = 5;

/// The letter of CopyData.
const COPY_DATA: u8 = b'd';

/// A stream from and to a server.
pub(super) struct Gather<S> {
    inner: S,
    next: Next,
    buffer: Vec<u8>,
    /// Where bytes stand that can be handed on.
    ready: Range<usize>,
    /// Where bytes stand that were not looked at yet, behind those.
    raw: Range<usize>,
}

/// What the next byte is.
#[derive(Clone, Copy)]
enum Next {
    /// The answer to a request for encryption: a letter without a length.
    Answer,
    /// The first of a message.
    Message,
    /// One of so many that are left of a message.
    Rest(usize),
    /// Whatever: this is no stream of messages.
    Anything,
}

impl<S> Gather<S> {
    /// Around a stream that begins with a message.
    pub(super) fn new(inner: S) -> Self {
        Self { inner, next: Next::Message, buffer: Vec::new(), ready: 0..0, raw: 0..0 }
    }

    /// Around a stream that begins with the answer to a request for encryption. If that is yes, the rest passes as it is.
    pub(super) fn asked(inner: S) -> Self {
        Self { next: Next::Answer, ..Self::new(inner) }
    }

    /// Makes as many bytes ready as can be; none where the next message's head is not all there.
    fn look(&mut self) {
        let len = self.raw.len();
        let head = self.buffer[self.raw.clone()].first_chunk::<HEAD>().copied();
        let take = match (self.next, head) {
            (Next::Answer, _) if len > 0 && self.buffer[self.raw.start] == b'N' => {
                self.next = Next::Message;
                1
            }
            (Next::Answer, _) if len > 0 && self.buffer[self.raw.start] == b'S' => {
                self.next = Next::Anything;
                len
            }
            (Next::Anything, _) => len,
            (Next::Rest(left), _) => self.begun(left),
            (Next::Answer | Next::Message, None) => 0,
            (Next::Answer | Next::Message, Some(head)) => match size(head) {
                Some(size) if head[0] == COPY_DATA && size <= len => return self.gather(size),
                Some(size) => self.begun(size),
                // Whoever reads it will say that it is none.
                None => {
                    self.next = Next::Anything;
                    len
                }
            },
        };
        self.ready = self.raw.start..self.raw.start + take;
        self.raw.start += take;
    }

    /// Of a message of which so much is left, as much as is there.
    fn begun(&mut self, left: usize) -> usize {
        let take = left.min(self.raw.len());
        self.next = if take < left { Next::Rest(left - take) } else { Next::Message };
        take
    }

    /// Puts what the next messages hold behind the first one, which is so long, as far as they are of a COPY and all there.
    fn gather(&mut self, first: usize) {
        let start = self.raw.start;
        let (mut end, mut next) = (start + first, start + first);
        while let Some(head) = self.buffer[next..self.raw.end].first_chunk::<HEAD>()
            && head[0] == COPY_DATA
            && let Some(size) = size(*head)
            && next + size <= self.raw.end
            && end - start + size - HEAD <= MESSAGE
        {
            self.buffer.copy_within(next + HEAD..next + size, end);
            end += size - HEAD;
            next += size;
        }
        // No longer than the buffer.
        let len = (end - start - 1) as u32;
        self.buffer[start + 1..start + HEAD].copy_from_slice(&len.to_be_bytes());
        (self.ready, self.raw.start, self.next) = (start..end, next, Next::Message);
    }
}

/// Bytes of a message with its letter; `None` for what is no length.
fn size(head: [u8; HEAD]) -> Option<usize> {
    let [_, a, b, c, d] = head;
    let len = usize::try_from(i32::from_be_bytes([a, b, c, d])).ok()?;
    (len >= HEAD - 1).then_some(len + 1)
}

impl<S: AsyncRead + Unpin> AsyncRead for Gather<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if this.ready.is_empty() {
                this.look();
            }
            if !this.ready.is_empty() {
                let take = this.ready.len().min(out.remaining());
                out.put_slice(&this.buffer[this.ready.start..this.ready.start + take]);
                this.ready.start += take;
                return Poll::Ready(Ok(()));
            }
            // What is left is less than a head.
            this.buffer.resize(ROOM, 0);
            this.buffer.copy_within(this.raw.clone(), 0);
            this.raw = 0..this.raw.len();
            let mut more = ReadBuf::new(&mut this.buffer[this.raw.end..]);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut more))?;
            match more.filled().len() {
                0 if this.raw.is_empty() => return Poll::Ready(Ok(())),
                0 => this.next = Next::Anything,
                read => this.raw.end += read,
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gather<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Gather<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

/// Encryption whose messages are put together once they are plain.
pub(super) struct Within<T>(pub(super) T);

impl<S, T> TlsConnect<S> for Within<T>
where
    T: TlsConnect<S, Future: Send + 'static>,
{
    type Stream = Gather<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.0.connect(stream);
        Box::pin(async { connecting.await.map(Gather::new) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use tokio::io::AsyncReadExt as _;

    /// A server that sends these pieces, one a time that it is asked.
    struct Pieces(VecDeque<Vec<u8>>);

    impl AsyncRead for Pieces {
        fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            if let Some(mut piece) = self.0.pop_front() {
                let rest = piece.split_off(piece.len().min(out.remaining()));
                out.put_slice(&piece);
                if !rest.is_empty() {
                    self.0.push_front(rest);
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    fn message(letter: u8, body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[letter], &len[..], body].concat()
    }

    /// What comes out of pieces of a stream, to its end.
    async fn passed(stream: &[u8], piece: usize, asked: bool) -> Vec<u8> {
        let pieces = Pieces(stream.chunks(piece).map(<[u8]>::to_vec).collect());
        let mut gather = if asked { Gather::asked(pieces) } else { Gather::new(pieces) };
        let mut out = Vec::new();
        gather.read_to_end(&mut out).await.unwrap();
        out
    }

    /// Letters and bodies of messages, those of a COPY that follow each other as one.
    fn read(mut stream: &[u8]) -> (Vec<(u8, Vec<u8>)>, usize) {
        let (mut found, mut count) = (Vec::<(u8, Vec<u8>)>::new(), 0);
        while let Some(head) = stream.first_chunk::<HEAD>() {
            let size = size(*head).unwrap();
            let body = &stream[HEAD..size];
            match found.last_mut() {
                Some((COPY_DATA, all)) if head[0] == COPY_DATA => all.extend_from_slice(body),
                _ => found.push((head[0], body.to_vec())),
            }
            count += 1;
            stream = &stream[size..];
        }
        assert!(stream.is_empty());
        (found, count)
    }

    #[tokio::test]
    async fn rows_come_together_and_nothing_else_changes() {
        let rows = (0..5000usize).map(|row| message(COPY_DATA, &vec![row as u8; row % 300]));
        let long = [message(COPY_DATA, &vec![7; 3 * ROOM]), message(b'd', &[]), message(b'c', &[])];
        let other = [message(b'2', &[]), message(b'H', &[1, 0, 0]), message(b'N', b"dddd"), message(b'd', b"x")];
        let stream: Vec<u8> = other.into_iter().chain(rows).chain(long).collect::<Vec<_>>().concat();
        let (wanted, before) = read(&stream);
        for piece in [1, 3, 7, 1000, 8192, 1 << 20] {
            let out = passed(&stream, piece, false).await;
            let (found, count) = read(&out);
            assert!(found == wanted, "{piece}");
            assert!(piece < 8192 || count < before / 15, "{piece}: {count} messages of {before}");
        }
    }

    #[tokio::test]
    async fn encryption_and_what_is_no_message_pass_as_they_are() {
        let rows = [message(COPY_DATA, b"one"), message(COPY_DATA, b"two")].concat();
        let both = message(COPY_DATA, b"onetwo");
        for piece in [1, 4, 100] {
            assert_eq!(passed(&[b"S", &rows[..]].concat(), piece, true).await, [b"S", &rows[..]].concat());
            let error = [message(b'E', b"no"), rows.clone()].concat();
            assert_eq!(read(&passed(&error, piece, true).await).0, read(&error).0);
        }
        assert_eq!(passed(&[b"N", &rows[..]].concat(), 100, true).await, [b"N", &both[..]].concat());
        for broken in [&b"d\0\0\0\x01xyz"[..], b"d\xff\xff\xff\xff", b"Z\0\0"] {
            assert_eq!(passed(broken, 100, false).await, broken);
        }
    }
}
