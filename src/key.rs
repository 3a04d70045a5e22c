//! The secret that pseudonyms are made with, and the keyed function that makes them: root key (32 bytes) ->
//! HKDF-SHA-256 (RFC 5869) -> one subkey per domain -> HMAC-SHA-256 (RFC 2104) over the canonical value.
//!
//! The key never goes to a server, a log, a report or a child process; memory that held it is zeroed.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Names our use of the key inside HKDF, so that the same key elsewhere gives other subkeys.
const INFO: &[u8] = b"bauta/1 domain ";

/// The root key of a run: 32 bytes.
pub struct RootKey(Zeroizing<[u8; 32]>);

impl RootKey {
    /// Takes 32 bytes, from a random source or a key file.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits; white space around them is ignored.
    ///
    /// # Errors
    /// Says what is wrong with the text, never the text itself.
    pub fn from_hex(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().as_bytes();
        if text.len() != 64 {
            return Err("a key is 64 hexadecimal digits");
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16).ok_or("a key holds hexadecimal digits only");
            // Two hexadecimal digits are below 256.
            *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).unwrap_or_default();
        }
        Ok(Self(bytes))
    }

    /// Derives the key of a domain. The domain's name is all that enters besides the root key, so rule files with one
    /// key join across databases.
    pub fn domain(&self, name: &str) -> DomainKey {
        let mut subkey = Zeroizing::new([0u8; 32]);
        let kdf = Hkdf::<Sha256>::new(None, &*self.0);
        if kdf.expand_multi_info(&[INFO, name.as_bytes()], &mut *subkey).is_err() {
            unreachable!("HKDF-SHA-256 gives up to 8160 bytes");
        }
        DomainKey::new(&subkey)
    }

    /// A constant under this key: tells two keys apart in a report without telling anything about either.
    pub fn fingerprint(&self) -> String {
        let tag = self.domain("bauta/1 fingerprint").prf(&[b"fingerprint"]);
        tag[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Shows nothing of the key.
impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(..)")
    }
}

/// The key of one domain, with HMAC's inner and outer states computed once.
#[derive(Clone)]
pub struct DomainKey(Hmac<Sha256>);

impl DomainKey {
    fn new(subkey: &[u8; 32]) -> Self {
        match Hmac::<Sha256>::new_from_slice(subkey) {
            Ok(mac) => Self(mac),
            Err(_) => unreachable!("HMAC takes keys of any length"),
        }
    }

    /// The keyed pseudo-random function: 32 bytes for the concatenated parts. Callers make the concatenation
    /// unambiguous (one part of variable length, last).
    pub fn prf(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The key of a purpose inside this domain, for masks that need several independent functions.
    pub fn purpose(&self, name: &str) -> DomainKey {
        Self::new(&self.prf(&[b"purpose ", name.as_bytes()]))
    }
}

/// Shows nothing of the key.
impl fmt::Debug for DomainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DomainKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_text_is_checked() {
        assert!(RootKey::from_hex(&"ab".repeat(32)).is_ok());
        assert!(RootKey::from_hex(&format!(" {}\n", "AB".repeat(32))).is_ok());
        assert!(RootKey::from_hex("ab").is_err());
        assert!(RootKey::from_hex(&"xy".repeat(32)).is_err());
        assert!(RootKey::from_hex(&"é".repeat(32)).is_err());
    }

    #[test]
    fn the_construction_is_pinned() {
        // Independently computed with Python's hmac and hashlib (HKDF without salt, info "bauta/1 domain d").
        let key = RootKey::new([7; 32]);
        let tag = key.domain("d").prf(&[b"value"]);
        assert_eq!(hex(&tag), PINNED);
        assert_ne!(tag, key.domain("e").prf(&[b"value"]));
        assert_ne!(tag, RootKey::new([8; 32]).domain("d").prf(&[b"value"]));
        assert_eq!(key.domain("d").prf(&[b"va", b"lue"]), tag);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    const PINNED: &str = "862ff4e0d0f575e8a0326f99213ebb6101e94171e5c24341f3125bb9261874ba";
}
