//! The socket to a host: names looked up, a limit on how long an answer may take, and probes that notice when the other
//! machine is gone. What is said over it is left to others.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio::time::timeout;

use super::address::Host;

/// How long a connection is idle before it is probed, and how often it is probed then.
const IDLE: Duration = Duration::from_secs(20);
/// See [`IDLE`].
const INTERVAL: Duration = Duration::from_secs(10);
/// Probes without an answer that end it.
const PROBES: u32 = 3;

/// Where a host listens, once its name is looked up.
#[derive(Clone)]
pub(super) enum Place {
    /// An address and a port.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// A socket.
pub(super) enum Wire {
    /// Over a network, or this machine's loopback.
    Tcp(TcpStream),
    /// Inside this machine.
    Unix(UnixStream),
}

/// Where a host listens: at least one place.
///
/// # Errors
/// Its name leads nowhere.
pub(super) async fn places(host: &Host) -> io::Result<Vec<Place>> {
    if let Some(folder) = host.socket() {
        return Ok(vec![Place::Unix(folder.join(format!(".s.PGSQL.{}", host.port)))]);
    }
    let places: Vec<Place> = match host.addr {
        Some(address) => vec![Place::Tcp((address, host.port).into())],
        None => lookup_host((host.name.as_str(), host.port)).await?.map(Place::Tcp).collect(),
    };
    if places.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "its name leads to no address"));
    }
    Ok(places)
}

/// Opens a socket.
///
/// # Errors
/// Nobody answered within `patience`, or with a refusal.
pub(super) async fn dial(place: &Place, patience: Duration) -> io::Result<Wire> {
    match place {
        Place::Unix(socket) => within(patience, UnixStream::connect(socket)).await.map(Wire::Unix),
        Place::Tcp(address) => probed(within(patience, TcpStream::connect(address)).await?).map(Wire::Tcp),
    }
}

async fn within<T>(patience: Duration, connecting: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Sends small messages at once, and probes a silent other side.
fn probed(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(&stream, true)?;
    sockopt::set_tcp_keepidle(&stream, IDLE)?;
    sockopt::set_tcp_keepintvl(&stream, INTERVAL)?;
    sockopt::set_tcp_keepcnt(&stream, PROBES)?;
    Ok(stream)
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Tcp(stream) => Pin::new(stream).poll_read(cx, out),
            Wire::Unix(stream) => Pin::new(stream).poll_read(cx, out),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Wire::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Wire::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Wire::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
