//! `bauta keygen`: prints a new key, 64 hexadecimal digits from the operating system's generator.

use clap::Args;
use zeroize::Zeroizing;

use super::{key, output};
use crate::failure::Failure;

/// Prints a new key. Keep it like a password: `(umask 077; bauta keygen > staging.key)`
#[derive(Args)]
pub(super) struct Keygen {}

impl Keygen {
    pub(super) fn run(self) -> Result<(), Failure> {
        let bytes = Zeroizing::new(key::random()?);
        let text: Zeroizing<String> = Zeroizing::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        output::result(text.as_str())
    }
}
