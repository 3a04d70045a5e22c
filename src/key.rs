//! The secret that pseudonyms are made with, and the keyed function that makes them: root key (32 bytes) ->
//! HKDF-SHA-256 (RFC 5869) -> one subkey per domain -> AES-256-CMAC (NIST SP 800-38B) over the canonical value.
//!
//! CMAC is a pseudo-random function of messages of any length as long as AES is a pseudo-random permutation: nobody
//! without the key tells q outputs of l blocks from random ones with an advantage above about (q * l)^2 / 2^126 (Iwata and
//! Kurosawa, "OMAC: One-Key CBC MAC", FSE 2003). For a billion values that is 2^-60. `benches/masks.rs` has the figures
//! of the alternatives.
//!
//! The key never goes to a server, a log, a report or a child process; memory that held it is zeroed.

use std::fmt;

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use hkdf::Hkdf;
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

    /// 32 bytes for this key and one run, for what has to differ from run to run and be known to nobody.
    pub fn once(&self, run: &str) -> [u8; 32] {
        let key = self.domain("bauta/1 once");
        let mut bytes = [0; 32];
        for (counter, half) in (1u8..).zip(bytes.chunks_exact_mut(TAG)) {
            half.copy_from_slice(&key.prf(&[&[counter], run.as_bytes()]));
        }
        bytes
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

/// Bytes of a PRF output, and of a block of the cipher.
pub const TAG: usize = 16;

/// The key of one domain: the cipher's round keys and CMAC's two masks for the last block, computed once.
#[derive(Clone)]
pub struct DomainKey {
    cipher: Aes256,
    whole: Zeroizing<[u8; TAG]>,
    padded: Zeroizing<[u8; TAG]>,
}

impl DomainKey {
    fn new(subkey: &[u8; 32]) -> Self {
        let cipher = Aes256::new(&Array(*subkey));
        let mut zero = Array([0; TAG]);
        cipher.encrypt_block(&mut zero);
        let whole = doubled(zero.0);
        Self { cipher, whole: Zeroizing::new(whole), padded: Zeroizing::new(doubled(whole)) }
    }

    /// The keyed pseudo-random function: 16 bytes for the concatenated parts. Callers make the concatenation
    /// unambiguous (one part of variable length, last).
    pub fn prf(&self, parts: &[&[u8]]) -> [u8; TAG] {
        /// Messages of several parts are nearly always shorter.
        const SHORT: usize = 64;
        if let [message] = parts {
            return self.prf_of(message);
        }
        let mut message = [0; SHORT];
        let mut at = 0;
        for part in parts {
            match message.get_mut(at..at + part.len()) {
                Some(place) => place.copy_from_slice(part),
                None => return self.prf_of(&parts.concat()),
            }
            at += part.len();
        }
        self.prf_of(&message[..at])
    }

    fn prf_of(&self, message: &[u8]) -> [u8; TAG] {
        let mut state = [0; TAG];
        let mut at = 0;
        while message.len() - at > TAG {
            state = self.encrypted(sum(state, self.block(message, at, message.len())));
            at += TAG;
        }
        self.encrypted(sum(state, self.block(message, at, message.len())))
    }

    fn encrypted(&self, block: [u8; TAG]) -> [u8; TAG] {
        let mut block = Array(block);
        self.cipher.encrypt_block(&mut block);
        block.0
    }

    /// The same for many messages that stand one after the other in `bytes`, each up to its end: the processor works on
    /// several at a time. `out` has a place for each.
    pub fn prf_each(&self, bytes: &[u8], ends: &[usize], out: &mut [[u8; TAG]]) {
        /// Messages that are worked on together.
        const TOGETHER: usize = 128;
        let mut start = 0;
        for (ends, out) in ends.chunks(TOGETHER).zip(out.chunks_mut(TOGETHER)) {
            let mut blocks = [[0; TAG]; TOGETHER];
            // Those that go on: where the next block begins, and the message's place.
            let mut left = [(0, 0); TOGETHER];
            let mut count = 0;
            for (place, end) in ends.iter().enumerate() {
                blocks[place] = self.block(bytes, start, *end);
                // Written in any case, and overwritten by the next one that goes on.
                left[count] = (start + TAG, place);
                count += usize::from(start + TAG < *end);
                start = *end;
            }
            self.cipher.encrypt_blocks(Array::cast_slice_from_core_mut(&mut blocks[..ends.len()]));
            out.copy_from_slice(&blocks[..ends.len()]);
            // Their second blocks, then the third ones of those that have three, and so on.
            while count > 0 {
                for (block, (at, place)) in blocks.iter_mut().zip(&left[..count]) {
                    *block = sum(out[*place], self.block(bytes, *at, ends[*place]));
                }
                self.cipher.encrypt_blocks(Array::cast_slice_from_core_mut(&mut blocks[..count]));
                let done = count;
                count = 0;
                for at in 0..done {
                    let (from, place) = left[at];
                    out[place] = blocks[at];
                    left[count] = (from + TAG, place);
                    count += usize::from(from + TAG < ends[place]);
                }
            }
        }
    }

    /// The block at a place of a message that ends at another one, as it enters the cipher: the last one is treated apart,
    /// a full one too.
    fn block(&self, bytes: &[u8], at: usize, end: usize) -> [u8; TAG] {
        let left = end - at;
        // What follows the message is masked away: that is cheaper than to copy a few bytes.
        let ahead = bytes.get(at..).and_then(|rest| rest.first_chunk::<TAG>());
        match ahead {
            Some(block) if left == TAG => sum(*block, *self.whole),
            Some(block) if left > TAG => *block,
            _ => {
                let block = ahead.copied().unwrap_or_else(|| {
                    let mut block = [0; TAG];
                    block[..left].copy_from_slice(&bytes[at..end]);
                    block
                });
                let (message, padding) = PADDING[left];
                let block = u128::from_le_bytes(block) & message | padding;
                sum(block.to_le_bytes(), *self.padded)
            }
        }
    }

    /// The same for many messages of one block each, in place: the processor works on several at a time.
    pub fn prf_blocks(&self, blocks: &mut [[u8; TAG]]) {
        for block in &mut *blocks {
            *block = sum(*block, *self.whole);
        }
        self.cipher.encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    }

    /// The key of a purpose inside this domain, for masks that need several independent functions (NIST SP 800-108,
    /// CMAC in counter mode).
    pub fn purpose(&self, name: &str) -> DomainKey {
        let mut subkey = Zeroizing::new([0; 32]);
        for (counter, half) in (1u8..).zip(subkey.chunks_exact_mut(TAG)) {
            half.copy_from_slice(&self.prf(&[&[counter], b"purpose ", name.as_bytes()]));
        }
        Self::new(&subkey)
    }
}

/// By the number of a message's bytes in its last block: where they are, and the bit that follows them.
const PADDING: [(u128, u128); TAG] = {
    let mut all = [(0, 0); TAG];
    let mut left = 0;
    while left < TAG {
        let bits = 8 * left as u32;
        all[left] = ((1 << bits) - 1, 0x80 << bits);
        left += 1;
    }
    all
};

/// Adds two blocks bit by bit.
fn sum(a: [u8; TAG], b: [u8; TAG]) -> [u8; TAG] {
    (u128::from_ne_bytes(a) ^ u128::from_ne_bytes(b)).to_ne_bytes()
}

/// Twice a block in the field of 2^128 elements (SP 800-38B, section 6.1).
fn doubled(block: [u8; TAG]) -> [u8; TAG] {
    let number = u128::from_be_bytes(block);
    ((number << 1) ^ ((number >> 127) * 0x87)).to_be_bytes()
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

    /// NIST, "Cryptographic Standards and Guidelines", examples of SP 800-38B for AES-256.
    #[test]
    fn the_function_is_cmac() {
        let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
        let message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef\
                       f69f2445df4f9b17ad2b417be66c3710";
        let key = DomainKey::new(&bytes(key).try_into().unwrap());
        let message = bytes(message);
        for (len, tag) in [
            (0, "028962f61b7bf89efc6b551f4667d983"),
            (16, "28a7023f452e8f82bd4bf28d8c37c35c"),
            (40, "aaf3d8f1de5640c232f5b169b9c911e6"),
            (64, "e1992190549f6ed5696a2c056c315410"),
        ] {
            assert_eq!(hex(&key.prf(&[&message[..len]])), tag, "{len} bytes");
            for cut in 0..len {
                assert_eq!(hex(&key.prf(&[&message[..cut], &[], &message[cut..len]])), tag, "{len} bytes cut at {cut}");
            }
        }
        let mut ends: Vec<usize> = (0..150).map(|len| (len * len / 2) % message.len()).collect();
        ends.iter_mut().fold(0, |end, len| {
            *len += end;
            *len
        });
        let many = message.repeat(ends.len());
        let mut tags = vec![[1; TAG]; ends.len()];
        key.prf_each(&many, &ends, &mut tags);
        let starts = [0].into_iter().chain(ends.iter().copied());
        for ((start, end), tag) in starts.zip(&ends).zip(&tags) {
            assert_eq!(*tag, key.prf(&[&many[start..*end]]), "{start}..{end}");
        }
        let mut blocks = vec![[0; TAG]; 11];
        blocks[10].copy_from_slice(&message[..16]);
        key.prf_blocks(&mut blocks);
        assert_eq!(hex(&blocks[10]), "28a7023f452e8f82bd4bf28d8c37c35c");
        assert_eq!(blocks[0], key.prf(&[&[0; TAG]]));
    }

    #[test]
    fn the_construction_is_pinned() {
        // Independently computed with Python's cryptography (HKDF-SHA-256 without salt, info "bauta/1 domain d"; CMAC).
        let key = RootKey::new([7; 32]);
        let tag = key.domain("d").prf(&[b"value"]);
        assert_eq!(hex(&tag), PINNED);
        assert_eq!(hex(&key.domain("d").purpose("p").prf(&[b"value"])), PINNED_PURPOSE);
        assert_ne!(tag, key.domain("e").prf(&[b"value"]));
        assert_ne!(tag, RootKey::new([8; 32]).domain("d").prf(&[b"value"]));
        assert_eq!(key.domain("d").prf(&[b"va", b"lue"]), tag);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    const PINNED: &str = "ccc58382f96a5faa602828c826a4bd59";
    const PINNED_PURPOSE: &str = "1c52d092eb349c8ea76a04fc73648363";
}
