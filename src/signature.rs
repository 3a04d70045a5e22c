//! Ed25519 signatures (RFC 8032) over bytes, and the forms that their keys have in files: PEM as `openssl genpkey
//! -algorithm ed25519` and `openssl pkey -pubout` write it (RFC 8410), or 64 hexadecimal digits as `bauta keygen` prints
//! them. Reading files is left to others.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a seed and of a public key.
const KEY: usize = 32;
/// What stands before the seed in a PKCS #8 v1 structure (RFC 8410, section 10.3).
const PRIVATE_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the key in a SubjectPublicKeyInfo (RFC 8410, section 10.1).
const PUBLIC_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A key that signs. It never prints.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Reads a PEM private key or 64 hexadecimal digits.
    ///
    /// # Errors
    /// Says what is wrong with the text, never the text itself.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        let seed = match pem(text, "PRIVATE KEY") {
            Some(der) => {
                let der = Zeroizing::new(der?);
                Zeroizing::new(tail(&der, &PRIVATE_HEAD).ok_or("it holds another key than one of Ed25519")?)
            }
            None => Zeroizing::new(hex(text).ok_or("a signing key is a PEM private key or 64 hexadecimal digits")?),
        };
        Ed25519KeyPair::from_seed_unchecked(&*seed).map(Self).map_err(|_| "the key is rejected")
    }

    /// Signs bytes: 64 bytes, the same every time.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).as_ref().to_vec()
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; KEY];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// A key that checks signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; KEY]);

impl PublicKey {
    /// Reads a PEM public key or 64 hexadecimal digits.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        if text.contains("PRIVATE KEY") {
            return Err("it holds a private key, which belongs to nobody but the signer");
        }
        let bytes = match pem(text, "PUBLIC KEY") {
            Some(der) => tail(&der?, &PUBLIC_HEAD).ok_or("it holds another key than one of Ed25519")?,
            None => hex(text).ok_or("a public key is a PEM public key or 64 hexadecimal digits")?,
        };
        Ok(Self(bytes))
    }

    /// Whether this key's owner signed these bytes.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(bytes, signature).is_ok()
    }

    /// Tells keys apart: the first 16 hexadecimal digits of the SHA-256 of its bytes.
    pub fn id(&self) -> String {
        Sha256::digest(self.0)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As PEM (SubjectPublicKeyInfo), with a newline at the end.
    pub fn to_pem(&self) -> String {
        let der: Vec<u8> = PUBLIC_HEAD.iter().chain(&self.0).copied().collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }
}

/// The bytes between the lines that begin and end a PEM block (RFC 7468); `None` where there is no such block.
fn pem(text: &str, what: &str) -> Option<Result<Vec<u8>, &'static str>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {what}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {what}-----"))?;
    let body: Zeroizing<String> = Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect());
    Some(STANDARD.decode(body.as_bytes()).map_err(|_| "its PEM block holds no base64"))
}

/// What follows a fixed head, if it is as long as a key.
fn tail(der: &[u8], head: &[u8]) -> Option<[u8; KEY]> {
    der.strip_prefix(head)?.try_into().ok()
}

/// 64 hexadecimal digits with white space around them.
fn hex(text: &str) -> Option<[u8; KEY]> {
    let digits = text.trim().as_bytes();
    let mut bytes = [0; KEY];
    if digits.len() != 2 * KEY {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? * 16 + digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const PUBLIC: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNED: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                          085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    #[test]
    fn it_signs_as_the_standard_says() {
        let key = SigningKey::read(SEED).unwrap();
        let signature = key.sign(&[0x72]);
        assert_eq!(signature.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), SIGNED);
        assert_eq!(key.public(), PublicKey::read(PUBLIC).unwrap());
        assert!(key.public().verifies(&[0x72], &signature));
        assert!(!key.public().verifies(&[0x73], &signature));
        assert!(!key.public().verifies(&[0x72], &signature[1..]));
    }

    /// Written by OpenSSL 3: `openssl pkey -in private.pem -pubout`.
    #[test]
    fn keys_in_files_of_openssl_are_read() {
        let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5baneRhNuxAAAAAAAAAAAAAAAAAAAAAAAAA\n\
                       -----END PRIVATE KEY-----\n";
        assert!(SigningKey::read(private).is_ok());
        let public = PublicKey::read(PUBLIC).unwrap();
        assert_eq!(PublicKey::read(&public.to_pem()), Ok(public));
        assert!(PublicKey::read(private).is_err_and(|why| why.contains("private")));
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        let rsa = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VvBCIEIEzNCJso/5baneRhNuxAAAAAAAAAAAAAAAAAAAAAAAAA\n\
                   -----END PRIVATE KEY-----\n";
        for text in ["", "secret", &SEED[1..], &SEED.replace('4', "g"), rsa, "-----BEGIN PRIVATE KEY-----"] {
            let why = SigningKey::read(text).err().unwrap();
            assert!(!why.contains("secret"), "{why}");
        }
        assert_eq!(format!("{:?}", SigningKey::read(SEED).unwrap()), "SigningKey(..)");
    }
}
