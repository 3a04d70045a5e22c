//! `postgresql://` URIs taken apart as libpq does it ("Connection URIs"): percent-encoding, IPv6 in brackets, several
//! hosts. A URI can hold a password, so no message here repeats any part of one but a parameter's name.

use super::settings::Settings;
use crate::failure::Failure;

/// Takes a URI apart.
///
/// # Errors
/// It is not a `postgresql://` or `postgres://` URI, or a part of it is not well formed.
pub(super) fn parse(uri: &str) -> Result<Settings, Failure> {
    let Some(rest) = uri.strip_prefix("postgresql://").or_else(|| uri.strip_prefix("postgres://")) else {
        return Err(Failure::usage("the connection address does not begin with postgresql://")
            .remedy("write it as postgresql://user@host:5432/database"));
    };
    let mut settings = Settings::default();
    let (rest, parameters) = match rest.split_once('?') {
        Some((rest, parameters)) => (rest, Some(parameters)),
        None => (rest, None),
    };
    // The last @ before the first slash, where libpq takes the first: an @ inside a password is unharmed.
    let (authority, database) = match rest.split_once('/') {
        Some((authority, database)) => (authority, Some(database)),
        None => (rest, None),
    };
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, authority),
    };
    if let Some(credentials) = credentials {
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        settings.set("user", decode(user)?)?;
        if let Some(password) = password {
            settings.set("password", decode(password)?)?;
        }
    }
    if !hosts.is_empty() {
        let (names, ports) = split_hosts(hosts)?;
        settings.set("host", names)?;
        settings.set("port", ports)?;
    }
    if let Some(database) = database {
        settings.set("dbname", decode(database)?)?;
    }
    for parameter in parameters.into_iter().flat_map(|all| all.split('&')).filter(|one| !one.is_empty()) {
        let Some((keyword, value)) = parameter.split_once('=') else {
            return Err(malformed("a parameter after the `?` is not of the form name=value"));
        };
        match (decode(keyword)?.as_str(), decode(value)?) {
            // JDBC's form, which libpq takes too.
            ("ssl", value) if value == "true" => settings.set("sslmode", "require".to_owned())?,
            (keyword, value) => settings.set(keyword, value)?,
        }
    }
    Ok(settings)
}

/// `a:1,[::1],%2Fsocket` as lists of hosts and of ports. Ports are left out altogether where none is written.
fn split_hosts(hosts: &str) -> Result<(String, String), Failure> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[') {
            Some(bracketed) => {
                let (name, after) =
                    bracketed.split_once(']').ok_or_else(|| malformed("an IPv6 address has no closing bracket"))?;
                match after.strip_prefix(':') {
                    Some(port) => (name, port),
                    None if after.is_empty() => (name, ""),
                    None => return Err(malformed("something other than a port follows an IPv6 address")),
                }
            }
            None => host.split_once(':').unwrap_or((host, "")),
        };
        let name = decode(name)?;
        if name.contains(',') {
            return Err(malformed("a host holds a comma"));
        }
        names.push(name);
        ports.push(decode(port)?);
    }
    let ports = if ports.iter().all(String::is_empty) { String::new() } else { ports.join(",") };
    Ok((names.join(","), ports))
}

/// Undoes percent-encoding (RFC 3986, section 2.1). A `+` stays a plus, as in libpq.
fn decode(text: &str) -> Result<String, Failure> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        match (digit(), digit()) {
            // Two hexadecimal digits are at most 255.
            (Some(high), Some(low)) if high + low > 0 => bytes.push((high * 16 + low) as u8),
            _ => return Err(malformed("a % is not followed by two hexadecimal digits (or it is %00)")),
        }
    }
    String::from_utf8(bytes).map_err(|_| malformed("a part of it is not UTF-8 after percent-decoding"))
}

fn malformed(what: &str) -> Failure {
    Failure::usage(format!("the connection address is malformed: {what}"))
        .remedy("percent-encode what is not a letter or digit in user, password and database (@ is %40, / is %2F)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(uri: &str, keyword: &str) -> Option<String> {
        parse(uri).unwrap().get(keyword).map(str::to_owned)
    }

    #[test]
    fn parts_are_found_and_decoded() {
        let uri = "postgresql://us%40er:p%3Aa%2Fss@db.example.com:6432/my%20db?sslmode=require&options=-c%20a%3Db";
        for (keyword, value) in [
            ("user", "us@er"),
            ("password", "p:a/ss"),
            ("host", "db.example.com"),
            ("port", "6432"),
            ("dbname", "my db"),
            ("sslmode", "require"),
            ("options", "-c a=b"),
        ] {
            assert_eq!(get(uri, keyword).as_deref(), Some(value), "{keyword}");
        }
    }

    #[test]
    fn hosts_come_in_many_forms() {
        assert_eq!(get("postgres://[2001:db8::1]:5433/x", "host").as_deref(), Some("2001:db8::1"));
        assert_eq!(get("postgres://[2001:db8::1]:5433/x", "port").as_deref(), Some("5433"));
        assert_eq!(get("postgres://a,b:2,c/x", "host").as_deref(), Some("a,b,c"));
        assert_eq!(get("postgres://a,b:2,c/x", "port").as_deref(), Some(",2,"));
        assert_eq!(get("postgres://%2Fvar%2Frun/x", "host").as_deref(), Some("/var/run"));
        assert_eq!(get("postgres:///x?host=/var/run&port=7", "host").as_deref(), Some("/var/run"));
        assert_eq!(get("postgresql://", "host"), None);
        assert_eq!(get("postgresql:///", "dbname"), None);
        assert_eq!(get("postgresql://u:a@b@host/x", "password").as_deref(), Some("a@b"));
    }

    #[test]
    fn mistakes_are_named_and_secrets_are_not() {
        for uri in [
            "mysql://u:SECRET@h/x",
            "host=h password=SECRET",
            "postgresql://u:SECRET%zz@h/x",
            "postgresql://u:SECRET%00@h/x",
            "postgresql://u:SECRET@[::1/x",
            "postgresql://u:SECRET@h/x?sslmod=require",
            "postgresql://u:SECRET@h/x?require_auth=none",
            "postgresql://u:SECRET@h/x?SECRET",
            "postgresql://u:%ff@h/x",
        ] {
            let failure = parse(uri).err().unwrap_or_else(|| panic!("{uri} was taken"));
            assert_eq!(failure.kind, crate::failure::Kind::Usage);
            assert!(!failure.to_string().contains("SECRET"), "{failure}");
        }
    }
}
