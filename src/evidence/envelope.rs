//! DSSE envelopes (Dead Simple Signing Envelope, v1.0): a payload, its type, and signatures over both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::signature::{PublicKey, SigningKey};

/// The payload's type: an in-toto statement as JSON.
pub(super) const PAYLOAD: &str = "application/vnd.in-toto+json";

/// An envelope as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Base64 of the payload.
    pub payload: String,
    /// `application/vnd.in-toto+json`.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// None where the run had no key to sign with.
    pub signatures: Vec<Signature>,
}

/// A signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// [`PublicKey::id`] of the key that checks it.
    pub keyid: String,
    /// Base64 of 64 bytes.
    pub sig: String,
}

/// What is signed: DSSE's pre-authentication encoding of type and payload.
fn encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Envelope {
    /// Puts a payload into an envelope and signs it, where there is a key.
    pub fn new(payload: &[u8], key: Option<&SigningKey>) -> Self {
        let signature = |key: &SigningKey| Signature {
            keyid: key.public().id(),
            sig: STANDARD.encode(key.sign(&encoding(PAYLOAD, payload))),
        };
        Self {
            payload: STANDARD.encode(payload),
            payload_type: PAYLOAD.to_owned(),
            signatures: key.map(signature).into_iter().collect(),
        }
    }

    /// The file: JSON, indented, with a newline at the end. The same envelope is the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match serde_json::to_vec_pretty(self) {
            Ok(bytes) => [bytes, vec![b'\n']].concat(),
            Err(why) => unreachable!("texts always have a form in JSON: {why}"),
        }
    }

    /// Reads a file, and takes only the very bytes that [`Envelope::to_bytes`] writes: there is one form.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let envelope: Self = serde_json::from_slice(bytes).map_err(|why| format!("it is no envelope: {why}"))?;
        if envelope.to_bytes() == bytes { Ok(envelope) } else { Err("it is not written as bauta writes it".to_owned()) }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// It is another type of payload, or no base64.
    pub fn payload(&self) -> Result<Vec<u8>, String> {
        if self.payload_type != PAYLOAD {
            return Err("its payload is of another type".to_owned());
        }
        STANDARD.decode(&self.payload).map_err(|_| "its payload is no base64".to_owned())
    }

    /// Whether one of the keys has signed it.
    pub fn is_signed_by(&self, keys: &[PublicKey]) -> bool {
        let Ok(payload) = self.payload() else { return false };
        let signed = encoding(&self.payload_type, &payload);
        self.signatures.iter().any(|signature| {
            let bytes = STANDARD.decode(&signature.sig).unwrap_or_default();
            keys.iter().any(|key| key.id() == signature.keyid && key.verifies(&signed, &bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of DSSE's protocol.md.
    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let encoded = encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does() {
        let (key, other) = (SigningKey::read(&"11".repeat(32)).unwrap(), SigningKey::read(&"22".repeat(32)).unwrap());
        let signed = Envelope::new(b"{}", Some(&key));
        let read = Envelope::from_bytes(&signed.to_bytes()).unwrap();
        assert_eq!((read.payload().unwrap(), &read), (b"{}".to_vec(), &signed));
        assert!(read.is_signed_by(&[other.public(), key.public()]));
        assert!(!read.is_signed_by(&[other.public()]) && !read.is_signed_by(&[]));
        let moved = Envelope { payload: STANDARD.encode(b"[]"), ..signed.clone() };
        assert!(!moved.is_signed_by(&[key.public()]));
        assert!(Envelope { payload_type: "text/plain".to_owned(), ..signed }.payload().is_err());
        assert!(!Envelope::new(b"{}", None).is_signed_by(&[key.public()]));
    }

    #[test]
    fn there_is_one_form() {
        let bytes = Envelope::new(b"{}", None).to_bytes();
        let text = String::from_utf8(bytes).unwrap();
        for other in [
            text.trim_end().to_owned(),
            text.replace("\n  ", "\n "),
            text.replace("\"payload\"", "\"p\\u0061yload\""),
            text.replacen("{\n", "{\n  \"payload\": \"e30=\",\n", 1),
            text.replacen("{\n", "{\n  \"more\": 1,\n", 1),
        ] {
            assert!(Envelope::from_bytes(other.as_bytes()).is_err(), "{other}");
        }
    }
}
