//! A stand-in for a connection pooler: listens on a port of its own, gives databases other names, and passes everything else
//! on.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};

/// Starts one before the server at a port; a client that asks for the first name gets the second. Returns its port. It goes
/// with the process.
pub(crate) fn pooler(server: u16, alias: &str, database: &str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (alias, database) = (alias.to_owned(), database.to_owned());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (alias, database) = (alias.clone(), database.clone());
            std::thread::spawn(move || serve(client, server, &alias, &database));
        }
    });
    port
}

/// One connection: the first message may be rewritten, the rest is copied both ways.
fn serve(mut client: TcpStream, server: u16, alias: &str, database: &str) -> Option<()> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).ok()?;
    let mut length = [0; 4];
    client.read_exact(&mut length).ok()?;
    let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut message).ok()?;
    let named = |name: &str| [b"database\0", name.as_bytes(), b"\0"].concat();
    let (from, to) = (named(alias), named(database));
    if let Some(at) = message.windows(from.len()).position(|window| window == from) {
        message.splice(at..at + from.len(), to);
    }
    server.write_all(&(message.len() as u32 + 4).to_be_bytes()).ok()?;
    server.write_all(&message).ok()?;
    let (mut from_client, mut to_server) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    Some(())
}
