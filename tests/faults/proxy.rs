//! A TCP proxy between the program and a server that can be told to misbehave: cut after a number of bytes, stall, slow
//! down, or swallow the answer to the next COMMIT.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What stands between.
pub(super) struct Proxy {
    pub(super) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    streams: Mutex<Vec<TcpStream>>,
    /// Bytes that may still pass, both ways together; -1 without a limit.
    left: AtomicI64,
    /// Nothing passes any more, and nothing is cut.
    stalled: AtomicBool,
    /// Milliseconds that each piece is held back.
    delay: AtomicU64,
    /// The answer to the next so many COMMITs never arrives: the connection is cut once the COMMIT was handed over.
    commits: AtomicUsize,
    closed: AtomicBool,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `to`.
    pub(super) fn start(to: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { left: AtomicI64::new(-1), ..Shared::default() });
        let own = shared.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if own.closed.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)) else { continue };
                let streams = [&client, &server].map(|stream| stream.try_clone().unwrap());
                own.streams.lock().unwrap().extend(streams);
                pass(&own, &client, &server, true);
                pass(&own, &server, &client, false);
            }
        });
        Self { port, shared }
    }

    /// Everything passes again.
    pub(super) fn mend(&self) {
        self.shared.left.store(-1, Ordering::Relaxed);
        self.shared.stalled.store(false, Ordering::Relaxed);
        self.shared.delay.store(0, Ordering::Relaxed);
        self.shared.commits.store(0, Ordering::Relaxed);
        self.shared.streams.lock().unwrap().clear();
    }

    /// Cuts all connections, and new ones after as many bytes.
    pub(super) fn cut(&self) {
        self.shared.cut();
    }

    /// Cuts everything after so many more bytes.
    pub(super) fn cut_after(&self, bytes: u32) {
        self.shared.left.store(bytes.into(), Ordering::Relaxed);
    }

    /// Lets nothing pass until it is mended.
    pub(super) fn stall(&self) {
        self.shared.stalled.store(true, Ordering::Relaxed);
    }

    /// Holds back each piece.
    pub(super) fn delay(&self, by: Duration) {
        self.shared.delay.store(by.as_millis() as u64, Ordering::Relaxed);
    }

    /// Swallows the answer to the next COMMIT.
    pub(super) fn drop_after_commit(&self) {
        self.shared.commits.store(1, Ordering::Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.shared.cut();
        // Wakes the listener.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn cut(&self) {
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Passes one direction on, in a thread of its own.
fn pass(shared: &Arc<Shared>, from: &TcpStream, to: &TcpStream, up: bool) {
    let (shared, mut from, mut to) = (shared.clone(), from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read) = from.read(&mut buffer) {
            while shared.stalled.load(Ordering::Relaxed) && !shared.closed.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
            match shared.delay.load(Ordering::Relaxed) {
                0 => {}
                millis => std::thread::sleep(Duration::from_millis(millis)),
            }
            let mut passing = read;
            if shared.left.load(Ordering::Relaxed) >= 0 {
                let before = shared.left.fetch_sub(read as i64, Ordering::Relaxed);
                passing = read.min(before.max(0) as usize);
            }
            let cut = passing < read || read == 0;
            if passing > 0 && to.write_all(&buffer[..passing]).is_err() || read == 0 {
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
            let commits = up && buffer[..passing].windows(6).any(|window| window == b"COMMIT");
            if commits
                && shared.commits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok()
            {
                // The server has it; whoever sent it will never know.
                std::thread::sleep(Duration::from_millis(30));
                let _ = from.shutdown(Shutdown::Both);
                std::thread::sleep(Duration::from_millis(200));
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
            if cut {
                shared.left.store(0, Ordering::Relaxed);
                shared.cut();
                return;
            }
        }
        // Whoever was killed leaves no end of the stream.
        let _ = to.shutdown(Shutdown::Both);
    });
}
