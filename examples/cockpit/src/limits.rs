//! How often a password may be tried, and an account made.

use std::net::IpAddr;
use std::time::Duration;

use mfakit::UnixTime;

use crate::failure::Failure;
use crate::state::App;

/// One limit: so many in so long.
struct Limit {
    purpose: &'static str,
    max: u32,
    window: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);

/// Of one name from one network: what somebody who has forgotten a password needs.
const NAME_AND_SOURCE: Limit = Limit {
    purpose: "password of a name from a source",
    max: 10,
    window: Duration::from_secs(5 * 60),
};
/// Of one name from everywhere: NIST SP 800-63B-4 section 3.2.2 allows 100 failures in a row.
/// Higher than the limit above, so that a stranger alone does not keep the owner out.
const NAME: Limit = Limit {
    purpose: "password of a name",
    max: 100,
    window: Duration::from_secs(60 * 60),
};
/// Of one network, whatever the name: an office may sit behind one address.
const SOURCE: Limit = Limit {
    purpose: "password from a source",
    max: 100,
    window: MINUTE,
};
/// New accounts of one network.
const ACCOUNTS: Limit = Limit {
    purpose: "account from a source",
    max: 20,
    window: Duration::from_secs(60 * 60),
};

impl Limit {
    async fn count(&self, parts: &[&[u8]], now: UnixTime, app: &App) -> Result<(), Failure> {
        let key = app.form_key().limit_key(self.purpose, parts);
        let counted = app.db().count(key, self.window, now).await?;
        if counted.count <= self.max {
            return Ok(());
        }
        Err(Failure::Throttled(
            counted.until.since(now).unwrap_or(self.window),
        ))
    }
}

/// Counts a try of a password, before it is compared: what is not counted is not tried.
///
/// # Inputs
///
/// `name`: as it was typed, whether or not there is such a user.
pub(crate) async fn try_password(
    name: &str,
    source: IpAddr,
    now: UnixTime,
    app: &App,
) -> Result<(), Failure> {
    let network = network(source);
    SOURCE.count(&[&network], now, app).await?;
    NAME_AND_SOURCE
        .count(&[name.as_bytes(), &network], now, app)
        .await?;
    NAME.count(&[name.as_bytes()], now, app).await
}

/// Forgets the tries of one name from one network, after a right password.
pub(crate) async fn password_was_right(
    name: &str,
    source: IpAddr,
    app: &App,
) -> Result<(), Failure> {
    let key = app.form_key().limit_key(
        NAME_AND_SOURCE.purpose,
        &[name.as_bytes(), &network(source)],
    );
    Ok(app.db().forget(key).await?)
}

/// Counts a new account.
pub(crate) async fn make_account(source: IpAddr, now: UnixTime, app: &App) -> Result<(), Failure> {
    ACCOUNTS.count(&[&network(source)], now, app).await
}

/// What one party holds: an IPv4 address, or an IPv6 network of 64 bits.
fn network(source: IpAddr) -> Vec<u8> {
    match source.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().into_iter().take(8).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_party_is_one_network() {
        let network = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::2:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
