//! Network addresses as a rule file writes them, put into PostgreSQL's own form.

use std::net::IpAddr;

use super::Mistake;

/// An address and the length of its netmask.
fn parse(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let full = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.parse::<u8>().ok().filter(|bits| *bits <= full)?,
        None => full,
    };
    Some((address, bits))
}

/// `192.0.2.1`, or `192.0.2.1/24` where the netmask is not the longest.
pub(super) fn inet(text: &str) -> Option<String> {
    let (address, bits) = parse(text)?;
    let full = if address.is_ipv4() { 32 } else { 128 };
    Some(if bits == full { address.to_string() } else { format!("{address}/{bits}") })
}

/// `192.0.2.0/24`: nothing to the right of the netmask.
pub(super) fn cidr(text: &str) -> Result<String, Mistake> {
    let (address, bits) = parse(text).ok_or("is no cidr")?;
    let host_bits_are_zero = match address {
        IpAddr::V4(address) => address.to_bits().checked_shl(u32::from(bits)).unwrap_or(0) == 0,
        IpAddr::V6(address) => address.to_bits().checked_shl(u32::from(bits)).unwrap_or(0) == 0,
    };
    if host_bits_are_zero {
        Ok(format!("{address}/{bits}"))
    } else {
        Err("is no cidr: bits to the right of its netmask are set".to_owned())
    }
}

/// `08:00:2b:01:02:03`; capitals and `-` between the octets are understood.
pub(super) fn macaddr(text: &str) -> Option<String> {
    let octets: Vec<&str> = text.split([':', '-']).collect();
    let sound = |octet: &&str| octet.len() == 2 && octet.bytes().all(|c| c.is_ascii_hexdigit());
    (octets.len() == 6 && octets.iter().all(sound)).then(|| octets.join(":").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_postgresqls_form() {
        assert_eq!(inet("192.0.2.1/32").as_deref(), Some("192.0.2.1"));
        assert_eq!(inet("2001:DB8:0::1/64").as_deref(), Some("2001:db8::1/64"));
        assert_eq!(cidr("192.0.2.1").as_deref(), Ok("192.0.2.1/32"));
        assert_eq!(cidr("0.0.0.0/0").as_deref(), Ok("0.0.0.0/0"));
        assert_eq!(cidr("::/0").as_deref(), Ok("::/0"));
        assert!(cidr("10.0.0.1/31").is_err());
        assert_eq!(macaddr("00-00-5E-00-53-FF").as_deref(), Some("00:00:5e:00:53:ff"));
        for text in ["", "1.2.3", "1.2.3.4/", "1.2.3.4/33", "::/129", "1.2.3.4/-1"] {
            assert_eq!(inet(text), None, "{text}");
        }
    }
}
