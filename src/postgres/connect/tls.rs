//! TLS as `sslmode` asks for it: which certificates a server may show. Encryption itself is rustls with aws-lc-rs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::failure::Failure;

/// How far a server's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Not at all (`require`, `prefer`, `allow`).
    Nothing,
    /// That a trusted authority signed it (`verify-ca`).
    Chain,
    /// That, and that it names the host (`verify-full`).
    ChainAndName,
}

/// Whom to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// The authorities that the operating system trusts.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// A certificate and key that we show to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientCertificate {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// Builds the connector.
///
/// # Errors
/// A file cannot be read or holds no certificate or key, or the system has no trusted authorities.
pub(super) fn connector(
    check: Check,
    roots: &Roots,
    client: Option<&ClientCertificate>,
) -> Result<MakeRustlsConnect, Failure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let (roots, pinned) = match (check, roots) {
        (Check::Nothing, _) => (Arc::new(RootCertStore::empty()), Vec::new()),
        (_, Roots::System) => (system()?, Vec::new()),
        (_, Roots::File(path)) => file(path)?,
    };
    let verifier = Arc::new(Verifier { check, roots, pinned, provider: Arc::clone(&provider) });
    let broken = |error: Error| Failure::usage(format!("TLS cannot be set up: {error}"));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let certificates = certificates(&client.certificate)?;
            let key = PrivateKeyDer::from_pem_file(&client.key).map_err(|_| {
                Failure::usage(format!("{} holds no private key that can be read (sslkey)", client.key.display()))
                    .remedy("name an unencrypted PEM file that this user may read")
            })?;
            builder.with_client_auth_cert(certificates, key).map_err(broken)?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

/// The system's authorities, read once.
fn system() -> Result<Arc<RootCertStore>, Failure> {
    static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = SYSTEM.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    if roots.is_empty() {
        return Err(Failure::world("this machine trusts no certificate authority, so no server can be verified")
            .remedy("install ca-certificates, or name a PEM file with sslrootcert="));
    }
    Ok(Arc::clone(roots))
}

fn file(path: &Path) -> Result<(Arc<RootCertStore>, Vec<CertificateDer<'static>>), Failure> {
    let certificates = certificates(path)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    Ok((Arc::new(roots), certificates))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found: Option<Vec<_>> =
        CertificateDer::pem_file_iter(path).ok().and_then(|certificates| certificates.collect::<Result<_, _>>().ok());
    found.filter(|found| !found.is_empty()).ok_or_else(|| {
        Failure::usage(format!("{} holds no certificate that can be read", path.display()))
            .remedy("name a PEM file that this user may read (sslrootcert, sslcert)")
    })
}

/// Checks what `sslmode` asks to be checked, no less and no more; the handshake's signature always.
#[derive(Debug)]
struct Verifier {
    check: Check,
    roots: Arc<RootCertStore>,
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.check == Check::Nothing {
            return Ok(ServerCertVerified::assertion());
        }
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        match verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, intermediates, now, algorithms) {
            Ok(()) => {}
            // A self-signed certificate named in sslrootcert itself, as `openssl req -x509` makes it: the very same bytes
            // are trusted. Its dates have been checked before this error arises.
            Err(error) if is_ca_as_server(&error) && self.pinned.iter().any(|pinned| pinned == end_entity) => {}
            Err(error) => return Err(error),
        }
        if self.check == Check::ChainAndName {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate was refused only because it is an authority's own.
fn is_ca_as_server(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => other.0.to_string().contains("CaUsedAsEndEntity"),
        _ => false,
    }
}
