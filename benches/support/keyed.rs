//! Candidates for the keyed function, side by side: HMAC-SHA-256, CMAC with AES, keyed BLAKE3, SipHash-2-4 with 128 bits.
//! Each has its key set up once, as a mask has, and takes messages of one and of two AES blocks.

use std::hint::black_box;

use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use bauta::key::RootKey;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use siphasher::sip128::SipHasher24;

use super::stopwatch::nanoseconds;

/// Messages of one measurement.
const MESSAGES: usize = 8_192;

/// How many blocks [`Cmac::side_by_side`] hands to the cipher at a time.
const LANES: usize = 8;

type Block = Array<u8, U16>;

/// Which of the processor's instructions for SHA and AES are there, as a sentence.
pub(crate) fn instructions() -> String {
    #[cfg(target_arch = "x86_64")]
    let found = [
        ("SHA", std::is_x86_feature_detected!("sha")),
        ("AES", std::is_x86_feature_detected!("aes")),
        ("VAES", std::is_x86_feature_detected!("vaes")),
        ("AVX2", std::is_x86_feature_detected!("avx2")),
        ("AVX-512", std::is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(target_arch = "aarch64")]
    let found = [
        ("SHA2", std::arch::is_aarch64_feature_detected!("sha2")),
        ("AES", std::arch::is_aarch64_feature_detected!("aes")),
    ];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let found: [(&str, bool); 0] = [];
    let list: Vec<String> =
        found.iter().map(|(name, there)| format!("{name} {}", if *there { "yes" } else { "no" })).collect();
    format!("The processor's instructions: {}.", list.join(", "))
}

/// Nanoseconds per message of every candidate.
pub(crate) fn table() -> String {
    let mut table = "| keyed function | ns, 16 bytes | ns, 32 bytes | output |\n|---|---|---|---|\n".to_owned();
    let (short, long) = (messages::<16>(), messages::<32>());
    let mut row = |name: &str, bits: u32, short: f64, long: f64| {
        let line = format!("| {name} | {short:.1} | {long:.1} | {bits} bits |\n");
        eprint!("{line}");
        table += &line;
    };
    let key = [7; 32];
    let mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    let hmac = |message: &[u8]| {
        let mut mac = mac.clone();
        mac.update(message);
        u64::from(mac.finalize().into_bytes()[0])
    };
    row("HMAC-SHA-256, states cached", 256, each(&short, hmac), each(&long, hmac));
    let own = RootKey::new(key).domain("benchmark");
    let prf = |message: &[u8]| u64::from(own.prf(&[message])[0]);
    row("bauta's (`key::DomainKey::prf`)", 128, each(&short, prf), each(&long, prf));
    let cmac = Cmac::<Aes256>::new(&key);
    row("AES-256-CMAC", 128, each(&short, |m| cmac.tag(m)), each(&long, |m| cmac.tag(m)));
    row("AES-256-CMAC, eight at a time", 128, lanes(&short, &cmac), lanes(&long, &cmac));
    let cmac = Cmac::<Aes128>::new(&key[..16]);
    row("AES-128-CMAC", 128, each(&short, |m| cmac.tag(m)), each(&long, |m| cmac.tag(m)));
    row("AES-128-CMAC, eight at a time", 128, lanes(&short, &cmac), lanes(&long, &cmac));
    let blake = |message: &[u8]| u64::from(blake3::keyed_hash(&key, message).as_bytes()[0]);
    row("BLAKE3, keyed", 256, each(&short, blake), each(&long, blake));
    let siphash = SipHasher24::new_with_key(&[7; 16]);
    let sip = |message: &[u8]| siphash.hash(message).h1;
    row("SipHash-2-4-128", 128, each(&short, sip), each(&long, sip));
    table
}

/// Different messages.
fn messages<const N: usize>() -> Vec<[u8; N]> {
    let message = |number: usize| {
        let mut message = [0x55; N];
        message[..8].copy_from_slice(&(number as u64).to_le_bytes());
        message
    };
    (0..MESSAGES).map(message).collect()
}

/// Nanoseconds per message, one after the other.
fn each<const N: usize>(messages: &[[u8; N]], tag: impl Fn(&[u8]) -> u64) -> f64 {
    nanoseconds(messages.len(), || {
        let sum = messages.iter().fold(0u64, |sum, message| sum.wrapping_add(tag(black_box(message))));
        black_box(sum);
    })
}

/// Nanoseconds per message, [`LANES`] side by side.
fn lanes<const N: usize, C: BlockCipherEncrypt<BlockSize = U16>>(messages: &[[u8; N]], cmac: &Cmac<C>) -> f64 {
    nanoseconds(messages.len(), || {
        let groups = messages.chunks_exact(LANES);
        let sum = groups.fold(0u64, |sum, group| sum.wrapping_add(cmac.side_by_side(black_box(group))));
        black_box(sum);
    })
}

/// CMAC (NIST SP 800-38B) over messages of whole blocks, which are all that is measured.
struct Cmac<C> {
    cipher: C,
    last: u128,
}

impl<C: BlockCipherEncrypt<BlockSize = U16> + KeyInit> Cmac<C> {
    fn new(key: &[u8]) -> Self {
        let cipher = C::new_from_slice(key).expect("the key has the cipher's length");
        let mut zero = Block::default();
        cipher.encrypt_block(&mut zero);
        let number = u128::from_be_bytes(zero.0);
        let doubled = (number << 1) ^ ((number >> 127) * 0x87);
        Self { cipher, last: u128::from_ne_bytes(doubled.to_be_bytes()) }
    }
}

impl<C: BlockCipherEncrypt<BlockSize = U16>> Cmac<C> {
    fn tag(&self, message: &[u8]) -> u64 {
        let (blocks, _) = message.as_chunks::<16>();
        let mut state = Block::default();
        for (at, block) in blocks.iter().enumerate() {
            self.add(&mut state, block, at + 1 == blocks.len());
            self.cipher.encrypt_block(&mut state);
        }
        u64::from(state.0[0])
    }

    fn side_by_side<const N: usize>(&self, messages: &[[u8; N]]) -> u64 {
        let mut states = [Block::default(); LANES];
        for at in 0..N / 16 {
            for (state, message) in states.iter_mut().zip(messages) {
                self.add(state, &message.as_chunks::<16>().0[at], at + 1 == N / 16);
            }
            self.cipher.encrypt_blocks(&mut states);
        }
        states.iter().fold(0, |sum, state| sum + u64::from(state.0[0]))
    }

    fn add(&self, state: &mut Block, block: &[u8; 16], is_last: bool) {
        let sum = u128::from_ne_bytes(state.0) ^ u128::from_ne_bytes(*block) ^ if is_last { self.last } else { 0 };
        state.0 = sum.to_ne_bytes();
    }
}
