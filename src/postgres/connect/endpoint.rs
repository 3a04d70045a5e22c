//! Where an address leads once names are looked up, so that two addresses can be compared.

use std::net::IpAddr;
use std::path::PathBuf;

use super::address::Address;

/// One place that a server listens at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// An address and a port. All loopback addresses count as one, and IPv4 inside IPv6 as IPv4.
    Tcp(IpAddr, u16),
    /// A unix socket, by its folder with links followed, and its port.
    Unix(PathBuf, u16),
}

impl Address {
    /// Every place that the address leads to, sorted; names that cannot be looked up lead nowhere.
    pub async fn endpoints(&self) -> Vec<Endpoint> {
        let mut found = Vec::new();
        for host in &self.hosts {
            if let Some(folder) = host.socket() {
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
                found.push(Endpoint::Unix(folder, host.port));
                continue;
            }
            let addresses = match host.addr {
                Some(address) => vec![address],
                None => match tokio::net::lookup_host((host.name.as_str(), host.port)).await {
                    Ok(addresses) => addresses.map(|address| address.ip()).collect(),
                    Err(_) => Vec::new(),
                },
            };
            found.extend(addresses.into_iter().map(|address| Endpoint::Tcp(normal(address), host.port)));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Whether both may lead to one server: they share a place, or one is a unix socket and the other a loopback address
    /// with the same port. Databases are not compared.
    pub async fn may_share_server(&self, other: &Address) -> bool {
        let (ours, theirs) = (self.endpoints().await, other.endpoints().await);
        ours.iter().any(|a| theirs.iter().any(|b| a == b || beside(a, b) || beside(b, a)))
    }
}

fn normal(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if address.is_loopback() { IpAddr::V4(std::net::Ipv4Addr::LOCALHOST) } else { address }
}

fn beside(a: &Endpoint, b: &Endpoint) -> bool {
    matches!((a, b), (Endpoint::Unix(_, socket), Endpoint::Tcp(address, port)) if address.is_loopback() && socket == port)
}
