//! `inet`, `cidr` and `macaddr` between their binary forms and text.
//!
//! Source: `network.c` (`network_send`: family 2 or 3, bits, is_cidr, length, address) and `mac.c` of PostgreSQL.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Fields, Reason};

/// `PGSQL_AF_INET` and `PGSQL_AF_INET6` of `inet.h`, as sent.
const IPV4: u8 = 2;
const IPV6: u8 = 3;

/// Writes an address as text; `inet` leaves out a full-length mask, `cidr` never does.
pub(super) fn to_text(bytes: &[u8], out: &mut String) -> Result<(), Reason> {
    let mut fields = Fields(bytes);
    let [family, bits, is_cidr, len] = fields.array()?;
    let (address, full) = match (family, len) {
        (IPV4, 4) => (IpAddr::from(fields.array::<4>()?), 32),
        (IPV6, 16) => (IpAddr::from(fields.array::<16>()?), 128),
        _ => return Err("the network address has an unknown family"),
    };
    fields.end()?;
    // Writing to a String cannot fail.
    let _ = write!(out, "{address}");
    if is_cidr != 0 || bits != full {
        let _ = write!(out, "/{bits}");
    }
    Ok(())
}

/// Writes text such as `192.0.2.1`, `192.0.2.0/24` or `2001:db8::1` in the binary form.
pub(super) fn from_text(text: &str, cidr: bool, out: &mut Vec<u8>) -> Result<(), Reason> {
    const NO_ADDRESS: Reason = "the text is no network address";
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| NO_ADDRESS)?)),
        None => (text, None),
    };
    let mut put = |family: u8, full: u8, octets: &[u8]| {
        let bits = bits.unwrap_or(full);
        if bits > full {
            return Err(NO_ADDRESS);
        }
        // At most 16 octets.
        out.extend([family, bits, u8::from(cidr), full / 8]);
        out.extend(octets);
        Ok(())
    };
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        put(IPV4, 32, &address.octets())
    } else if let Ok(address) = address.parse::<Ipv6Addr>() {
        put(IPV6, 128, &address.octets())
    } else {
        Err(NO_ADDRESS)
    }
}

/// Writes six bytes as `08:00:2b:01:02:03`.
pub(super) fn mac_to_text(bytes: &[u8], out: &mut String) -> Result<(), Reason> {
    let octets: [u8; 6] = bytes.try_into().map_err(|_| "a MAC address has six bytes")?;
    for (index, octet) in octets.iter().enumerate() {
        let _ = write!(out, "{}{octet:02x}", if index == 0 { "" } else { ":" });
    }
    Ok(())
}

/// Reads `08:00:2b:01:02:03`.
pub(super) fn mac_from_text(text: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    const NO_MAC: Reason = "the text is no MAC address";
    let octets: Vec<u8> = text
        .split(':')
        .map(|part| if part.len() == 2 { u8::from_str_radix(part, 16) } else { "".parse() })
        .collect::<Result<_, _>>()
        .map_err(|_| NO_MAC)?;
    if octets.len() != 6 {
        return Err(NO_MAC);
    }
    out.extend(octets);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_there_and_back() {
        for (text, cidr) in [
            ("192.0.2.1", false),
            ("192.0.2.1/24", false),
            ("192.0.2.0/24", true),
            ("2001:db8::1", false),
            ("::/0", true),
        ] {
            let mut bytes = Vec::new();
            from_text(text, cidr, &mut bytes).unwrap();
            let mut back = String::new();
            to_text(&bytes, &mut back).unwrap();
            assert_eq!(back, text);
        }
        for text in ["", "1.2.3", "1.2.3.4/33", "::/129", "name", "1.2.3.4/"] {
            assert!(from_text(text, false, &mut Vec::new()).is_err(), "{text}");
        }
    }

    #[test]
    fn mac_addresses_survive_the_way_there_and_back() {
        let mut bytes = Vec::new();
        mac_from_text("08:00:2b:01:02:ff", &mut bytes).unwrap();
        let mut back = String::new();
        mac_to_text(&bytes, &mut back).unwrap();
        assert_eq!(back, "08:00:2b:01:02:ff");
        for text in ["", "08:00:2b:01:02", "08:00:2b:01:02:0x", "8:00:2b:01:02:03:04"] {
            assert!(mac_from_text(text, &mut Vec::new()).is_err(), "{text}");
        }
    }
}
