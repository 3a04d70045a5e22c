//! `ip`: an address from the ranges that are reserved for documentation. Preserves the family, the netmask's length and,
//! in text, ports; destroys where the machine stands and whom it belongs to.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use arrow::array::ArrayRef;
use rand::Rng as _;

use super::draw::{Draw, draw_from};
use super::map::{Reason, map_text};
use super::seeds::Seeds;
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Problem, Promises};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static IP: MaskDef = MaskDef {
    name: "ip",
    summary: "an address from the ranges reserved for documentation",
    effect: Effect::Synthetic,
    leaves: "which values are equal; whether it is IPv4 or IPv6, and the netmask's length",
    manual: "IPv4 addresses become one of 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737), IPv6 addresses \
             one of 2001:db8::/32 (RFC 3849), IPv4 in IPv6 (`::ffff:1.2.3.4`) stays that; private, loopback and \
             unspecified addresses become such ones too. The netmask's length stays. A cidr wider than those ranges \
             lands in 240.0.0.0/4 (RFC 1112, never assigned) or 3fff::/20 (RFC 9637), and one wider than these gets \
             the length 5 or 21. In text, ports and lists with commas are understood, a zone (`%eth0`) is dropped. The \
             same value gives the same address, never its own; there are only 762 for IPv4, so different values share \
             them. Text that is no address stops the run.",
    accepts: Accepts::Scalars(&[Kind::Text, Kind::Inet, Kind::Cidr]),
    params: &[],
    promises: Promises { equal: Equal::Never, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "84.17.40.3", output: "192.0.2.60" },
        Example { kind: &Kind::Inet, params: "", input: "10.1.2.3/8", output: "203.0.113.207/8" },
        Example { kind: &Kind::Cidr, params: "", input: "10.0.0.0/8", output: "246.0.0.0/8" },
        Example {
            kind: &Kind::Inet,
            params: "",
            input: "2a02:8108:1::7",
            output: "2001:db8:ff42:fe9d:a6ae:96de:f83:910c",
        },
    ],
    check: |_, facts| match facts.max_chars {
        Some(max) if max < LONGEST_IPV4 => {
            let message = format!("a documentation address takes {LONGEST_IPV4} characters, the column holds {max}");
            vec![Problem::rule(message, "widen the column, or use `pattern`")]
        }
        _ => Vec::new(),
    },
    build: |_, facts, key| {
        Built::Mask(Box::new(Ip {
            key: key.purpose("ip"),
            cidr: *facts.ty.kind.scalar() == Kind::Cidr,
            max_chars: facts.max_chars.map_or(usize::MAX, |max| max as usize),
        }))
    },
};

/// Characters of `203.0.113.254`.
const LONGEST_IPV4: u32 = 13;

/// RFC 5737: TEST-NET-1, TEST-NET-2, TEST-NET-3, without their last octet.
const IPV4: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// RFC 3849: 2001:db8::/32.
const IPV6: u128 = 0x2001_0db8 << 96;

/// RFC 9637: 3fff::/20.
const WIDE_IPV6: u128 = 0x3fff << 112;

/// RFC 1112, section 4 (class E): 240.0.0.0/4.
const WIDE_IPV4: u32 = 0xf000_0000;

const NO_ADDRESS: Reason = "the text is no IP address";

struct Ip {
    key: DomainKey,
    cidr: bool,
    max_chars: usize,
}

impl Mask for Ip {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut seeds = Seeds::new(&self.key, input.value.len());
        map_text(input.value, |row, value, out| {
            let seed = seeds.of_text(row, input);
            let addresses = value.split(',').map(|text| Parsed::read(text.trim())).collect::<Option<Vec<_>>>();
            let addresses = addresses.ok_or(NO_ADDRESS)?;
            draw_from(seed, |draw| {
                out.clear();
                let mut changed = true;
                for address in &addresses {
                    out.push_str(if out.is_empty() { "" } else { ", " });
                    changed &= address.write_another(draw, self.cidr, self.max_chars, out);
                }
                (changed && out.len() <= self.max_chars).then_some(())
            })
        })
    }
}

/// An address as text writes it.
#[derive(Clone, Copy)]
struct Parsed {
    address: IpAddr,
    /// Length of the netmask, if one is written.
    bits: Option<u8>,
    port: Option<u16>,
}

impl Parsed {
    fn read(text: &str) -> Option<Self> {
        if let Ok(socket) = text.parse::<SocketAddr>() {
            return Some(Self { address: socket.ip(), bits: None, port: Some(socket.port()) });
        }
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let (address, _) = address.split_once('%').unwrap_or((address, ""));
        let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        let address: IpAddr = address.parse().ok()?;
        let full = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => Some(bits.parse().ok().filter(|bits| *bits <= full)?),
            None => None,
        };
        Some(Self { address, bits, port: None })
    }

    /// Writes another address; whether it is another indeed.
    fn write_another(&self, draw: &mut Draw, cidr: bool, max_chars: usize, out: &mut String) -> bool {
        let (address, bits) = match self.address {
            IpAddr::V4(_) if cidr => network_v4(draw, self.bits.unwrap_or(32)),
            IpAddr::V6(_) if cidr => network_v6(draw, self.bits.unwrap_or(128)),
            IpAddr::V4(_) => (IpAddr::V4(host_v4(draw)), self.bits),
            IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => {
                (IpAddr::V6(host_v4(draw).to_ipv6_mapped()), self.bits)
            }
            IpAddr::V6(_) => {
                // Full addresses are up to 39 characters; the short ones leave room for a prefix length or a port.
                let host = if max_chars < 48 { u128::from(draw.below(1 << 16)) } else { bits_below(draw, 96) };
                (IpAddr::V6(Ipv6Addr::from_bits(IPV6 | host)), self.bits)
            }
        };
        // Writing to a String cannot fail.
        let _ = match (self.port, bits, address) {
            (Some(port), _, _) => write!(out, "{}", SocketAddr::new(address, port)),
            (None, Some(bits), _) => write!(out, "{address}/{bits}"),
            (None, None, _) => write!(out, "{address}"),
        };
        (address, bits) != (self.address, self.bits)
    }
}

/// A host in the documentation ranges; the networks' first and last addresses are none.
fn host_v4(draw: &mut Draw) -> Ipv4Addr {
    let [a, b, c] = *draw.pick(&IPV4);
    // 1 to 254.
    Ipv4Addr::new(a, b, c, 1 + draw.below(254) as u8)
}

/// A network of a length: nothing is set to the right of it. There are two of every length at least.
fn network_v4(draw: &mut Draw, bits: u8) -> (IpAddr, Option<u8>) {
    let bits = bits.max(5);
    let network = if bits >= 24 {
        let [a, b, c] = *draw.pick(&IPV4);
        u32::from_be_bytes([a, b, c, 0])
            | (draw.below(1 << (bits - 24)) as u32).checked_shl(32 - u32::from(bits)).unwrap_or(0)
    } else {
        // Below 2^19, shifted into the bits after the first four.
        WIDE_IPV4 | (draw.below(1 << (bits - 4)) as u32) << (32 - bits)
    };
    (IpAddr::V4(Ipv4Addr::from_bits(network)), Some(bits))
}

/// The same for IPv6.
fn network_v6(draw: &mut Draw, bits: u8) -> (IpAddr, Option<u8>) {
    let bits = bits.max(21);
    let (range, length) = if bits > 32 { (IPV6, 32) } else { (WIDE_IPV6, 20) };
    let network = range | bits_below(draw, bits - length) << (128 - bits);
    (IpAddr::V6(Ipv6Addr::from_bits(network)), Some(bits))
}

/// A number of so many bits, at most 127.
fn bits_below(draw: &mut Draw, bits: u8) -> u128 {
    let all = u128::from(draw.next_u64()) << 64 | u128::from(draw.next_u64());
    all & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Params;
    use crate::mask::tried::{column, example_key, mask_texts};

    fn reserved(address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => {
                let octets = address.octets();
                IPV4.iter().any(|net| octets.starts_with(net)) || octets[0] >= 240
            }
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => reserved(address.into()),
                None => address.to_bits() >> 96 == IPV6 >> 96 || address.to_bits() >> 108 == WIDE_IPV6 >> 108,
            },
        }
    }

    #[test]
    fn every_address_lands_in_a_reserved_range_and_keeps_its_netmask() {
        let inputs = [
            "84.17.40.3",
            "10.0.0.1",
            "127.0.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "8.8.8.8/24",
            "::1",
            "::",
            "fe80::1%eth0",
            "2a02:8108:1::7/64",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "[::1]:443",
            "84.17.40.3:80",
            "1.1.1.1, ::1,2.2.2.2",
        ]
        .map(str::to_owned);
        for (input, output) in inputs.iter().zip(mask_texts(&IP, "", &column(None, false), &inputs)) {
            assert_ne!(input, &output);
            assert_eq!(input.matches([',']).count(), output.matches([',']).count());
            for (a, b) in input.split(',').zip(output.split(',')) {
                let (a, b) = (Parsed::read(a.trim()).unwrap(), Parsed::read(b.trim()).unwrap());
                assert_eq!((a.bits, a.port, a.address.is_ipv4()), (b.bits, b.port, b.address.is_ipv4()), "{output}");
                assert!(reserved(b.address), "{input} {output}");
            }
        }
    }

    #[test]
    fn networks_have_no_host_bits_and_change_at_every_length() {
        let mut facts = column(None, false);
        facts.ty.kind = Kind::Cidr;
        let v4 = (0..=32u8).map(|bits| network(0xC0A8_0A01u128 << 96, bits, true));
        let v6 = (0..=128u8).map(|bits| network(IPV6 | 7 << 100, bits, false));
        // The masked networks once more: they are what could be hit again.
        let first: Vec<String> = v4.chain(v6).collect();
        let second = mask_texts(&IP, "", &facts, &first);
        let third = mask_texts(&IP, "", &facts, &second);
        for (input, output) in first.iter().zip(&second).chain(second.iter().zip(&third)) {
            assert_ne!(input, output);
            let (a, b) = (Parsed::read(input).unwrap(), Parsed::read(output).unwrap());
            assert!(reserved(b.address), "{input} {output}");
            let least = if a.address.is_ipv4() { 5 } else { 21 };
            assert_eq!(b.bits, a.bits.map(|bits| bits.max(least)));
            assert!(crate::mask::literal::Literals::read([output.as_str()], &facts).is_ok(), "{output}");
        }
    }

    fn network(address: u128, bits: u8, v4: bool) -> String {
        let kept = if bits == 0 { 0 } else { address & (u128::MAX << (128 - bits)) };
        if v4 {
            format!("{}/{bits}", Ipv4Addr::from_bits((kept >> 96) as u32))
        } else {
            format!("{}/{bits}", Ipv6Addr::from_bits(kept))
        }
    }

    #[test]
    fn short_columns_are_refused_or_get_short_addresses() {
        assert_eq!((IP.check)(&Params::default(), &column(Some(12), false)).len(), 1);
        for max in [15, 39, 45] {
            let outputs =
                mask_texts(&IP, "", &column(Some(max), false), &["::1", "255.255.255.255"].map(str::to_owned));
            assert!(outputs.iter().all(|text| text.len() <= max as usize), "{outputs:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let Built::Mask(mask) = (IP.build)(&Params::default(), &column(None, false), &example_key()) else { panic!() };
        for text in ["localhost", "1.2.3", "1.2.3.4/33", "1.2.3.4,", "-", "1.2.3.4 5.6.7.8"] {
            let input: ArrayRef = std::sync::Arc::new(arrow::array::StringViewArray::from(vec![text]));
            assert_eq!(mask.apply(Input { value: &input, per: None }).unwrap_err().reason, NO_ADDRESS, "{text}");
        }
    }
}
