//! What lies between this host and a provider: allowlists, clocks, firewalls.

use std::net::IpAddr;

use crate::diagnosis::authentication::LOGON;
use crate::diagnosis::case::Case;
use crate::diagnosis::seen::{Seen, newest, told, untold};
use crate::diagnosis::verdict::{
    CERTAIN, FAINT, FAIR, STRONG, declared, likely, probed, recorded, ruled_out, unknown,
};
use crate::model::diagnosis::{Cause, Drift, Greeting, Ground, Silence, Symptom, Verdict};
use crate::model::entitlement::Side;

/// How many seconds two clocks may differ. Signed requests and tokens mostly bear a minute or five; a step of a one-time
/// code is 30 seconds long.
pub const DRIFT_LIMIT: i64 = 30;

/// The command that asks the provider; another one, where it was asked and that did not tell.
pub(super) fn ask(case: &Case<'_>, symptom: Symptom, otherwise: String) -> String {
    match case.known.live {
        None => again(case, symptom),
        Some(_) => otherwise,
    }
}

/// The same, asked already or not.
fn again(case: &Case<'_>, symptom: Symptom) -> String {
    format!("keyroll diagnose {} {symptom} --probe", case.id)
}

/// The command that shows how this host keeps its clock.
fn clock() -> String {
    "timedatectl status".to_owned()
}

fn greeting(case: &Case<'_>) -> Option<Greeting> {
    case.known.live?.greeting
}

/// Whether the endpoint answered this host just now.
fn heard(case: &Case<'_>) -> Option<Ground> {
    let text = match greeting(case)?.heard {
        Ok(status) => answered(status),
        Err(why) => silence(why).to_owned(),
    };
    Some(probed(text, case.as_of))
}

fn answered(status: u16) -> String {
    format!("the endpoint answered this host with status {status}")
}

pub(super) fn ip_allowlist(case: &Case<'_>) -> Verdict {
    allowlist(case).beside(heard(case))
}

fn allowlist(case: &Case<'_>) -> Verdict {
    let cause = Cause::IpAllowlist;
    let edit = format!("keyroll provider edit {}", case.account.provider);
    let listed = case.environment().map(|it| it.allowlist.as_slice());
    let listed = listed.unwrap_or_default();
    let logon = case.logon();
    let fresh = logon.filter(|seen| seen.is_pass() && case.is_fresh(seen.on));
    let hosts: Vec<(&str, IpAddr)> = hosts(case);
    let is_in = |ip: IpAddr| listed.iter().any(|cidr| holds(cidr.as_str(), ip));
    if listed.is_empty() {
        return match fresh {
            Some(seen) => ruled_out(cause, told(&seen)).beside(Some(declared(
                "no allowlist is declared for the environment",
            ))),
            None => {
                let way = case.way(Side::Provider, LOGON);
                let next = ask(case, Symptom::AuthFails, way);
                unknown(cause, untold(case), next).beside(Some(declared(
                    "no allowlist is declared for the environment",
                )))
            }
        };
    }
    if let Some((name, ip)) = hosts.iter().find(|(_, ip)| !is_in(*ip)) {
        let text = format!("`consumer/{name}` is at {ip}, which the allowlist does not hold");
        return likely(cause, STRONG, declared(text), edit);
    }
    if let Some(seen) = logon.filter(|seen| !seen.is_pass() && seen.status == Some(403)) {
        let text = "the environment accepts only what is on its allowlist";
        return likely(cause, FAIR, told(&seen), edit).beside(Some(declared(text)));
    }
    if !hosts.is_empty() && hosts.len() == case.account.consumers.len() {
        let text = "the address of each consumer is on the allowlist";
        return ruled_out(cause, declared(text));
    }
    let text = "an allowlist is declared, and the roll does not know the address of each consumer";
    // A logon from this host says nothing of the hosts that the integration runs on.
    let consumers = case.account.consumers.iter();
    let mut unplaced = consumers.filter(|id| hosts.iter().all(|(known, _)| id.as_str() != *known));
    let next = match unplaced.next() {
        Some(name) => format!("keyroll consumer set {name} host=ADDRESS"),
        None => case.set("consumers+=NAME"),
    };
    unknown(cause, declared(text), next).beside(fresh.map(|seen| told(&seen)))
}

/// The consumers whose host is an address.
fn hosts<'a>(case: &Case<'a>) -> Vec<(&'a str, IpAddr)> {
    let consumers = case.account.consumers.iter();
    let known = consumers.filter_map(|id| case.inventory.consumers.get_key_value(id));
    let hosts = known.filter_map(|(id, consumer)| {
        let ip = consumer.host.as_ref()?.as_str().parse().ok()?;
        Some((id.as_str(), ip))
    });
    hosts.collect()
}

/// Whether an address lies in a network, written as `203.0.113.0/28` or as one address.
fn holds(cidr: &str, ip: IpAddr) -> bool {
    let (network, length) = match cidr.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (cidr, Some(128)),
    };
    match (network.parse(), ip, length) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(ip), Some(length)) => {
            let differ = u32::from(network) ^ u32::from(ip);
            differ.checked_shr(32 - length.min(32)).unwrap_or(0) == 0
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(ip), Some(length)) => {
            let differ = u128::from(network) ^ u128::from(ip);
            differ.checked_shr(128 - length.min(128)).unwrap_or(0) == 0
        }
        (Ok(_) | Err(_), _, _) => false,
    }
}

pub(super) fn clock_drift(case: &Case<'_>) -> Verdict {
    let cause = Cause::ClockDrift;
    let drift = greeting(case).and_then(|greeting| greeting.drift);
    if let Some(drift) = drift {
        let ground = probed(words(drift), case.as_of);
        return match (drift.seconds.abs(), drift.slack) {
            (far, slack) if far - slack > DRIFT_LIMIT => likely(cause, STRONG, ground, clock()),
            (near, slack) if near + slack <= DRIFT_LIMIT => ruled_out(cause, ground),
            (_, _) => unknown(cause, ground, again(case, Symptom::AuthFails)),
        };
    }
    if let Some(jump) = case.known.jump {
        let next = ask(case, Symptom::AuthFails, clock());
        return likely(cause, FAIR, recorded(jump, case.as_of), next);
    }
    let logon = case.logon().filter(Seen::is_pass);
    match logon.filter(|seen| case.is_fresh(seen.on)) {
        Some(seen) => ruled_out(cause, told(&seen)),
        None => match greeting(case).map(|greeting| greeting.heard) {
            None => {
                let text = "no clock of the provider was read since yesterday";
                unknown(cause, recorded(text, None), again(case, Symptom::AuthFails))
            }
            Some(Ok(_)) => {
                let text = "the endpoint answered, and its answer does not tell the time";
                unknown(cause, probed(text, case.as_of), clock())
            }
            Some(Err(why)) => {
                let next = again(case, Symptom::AuthFails);
                unknown(cause, probed(silence(why), case.as_of), next)
            }
        },
    }
}

fn words(drift: Drift) -> String {
    let (seconds, slack) = (drift.seconds.abs(), drift.slack);
    let way = match drift.seconds {
        0.. => "before",
        _ => "behind",
    };
    format!(
        "the provider's clock is {seconds} s {way} this host's, give or take {slack} s; {DRIFT_LIMIT} s are borne"
    )
}

/// What a server that gave no answer shows.
pub(super) fn silence(why: Silence) -> &'static str {
    match why {
        Silence::NoName => "the name of the endpoint leads nowhere from this host",
        Silence::NoConnection => "no connection to the endpoint comes to be from this host",
        Silence::Timeout => "the endpoint did not answer this host in time",
        Silence::Tls => "what answers at the endpoint is not who it should be, or speaks no TLS",
        Silence::Other => "the endpoint cannot be asked by HTTP from this host",
    }
}

pub(super) fn firewall_rule(case: &Case<'_>) -> Verdict {
    let cause = Cause::FirewallRule;
    let ask = ask(case, Symptom::ProdOnly, show(case));
    if let Some(greeting) = greeting(case) {
        match greeting.heard {
            Ok(status) => {
                return ruled_out(cause, probed(answered(status), case.as_of));
            }
            Err(why @ (Silence::NoConnection | Silence::Timeout)) => {
                // Alone it may be the server, a proxy, or that this host has no network.
                let elsewhere = answered_elsewhere(case);
                let weight = elsewhere.as_ref().map_or(FAIR, |_| STRONG);
                let ground = probed(silence(why), case.as_of);
                return likely(cause, weight, ground, show(case)).beside(elsewhere);
            }
            Err(Silence::NoName | Silence::Tls | Silence::Other) => {}
        }
    }
    // What the platform answered went another way.
    let heard =
        |seen: &Seen<'_>| seen.side == Side::Provider && (seen.status.is_some() || seen.is_silence);
    let last: Option<(Seen<'_>, Ground)> = newest(case.tests_here().filter(heard)).map(|seen| {
        let of = match seen.account == case.id {
            true => String::new(),
            false => format!(" (account/{})", seen.account),
        };
        let ground = told(&seen);
        let text = format!("{}{of}", ground.text);
        (seen, Ground { text, ..ground })
    });
    match last {
        Some((seen, ground)) if seen.is_silence && case.counts(seen.on) => {
            likely(cause, FAIR, ground, ask)
        }
        Some((seen, ground)) if case.is_fresh(seen.on) => ruled_out(cause, ground),
        Some((_, ground)) => unknown(cause, case.aged(ground), ask)
            .beside(Some(recorded("a firewall may have changed since", None))),
        None => {
            let text = "nothing that the endpoint answered is recorded";
            unknown(cause, recorded(text, None), ask)
        }
    }
}

/// That another host answered, since yesterday: it is not the network of this one.
fn answered_elsewhere(case: &Case<'_>) -> Option<Ground> {
    let answered = case
        .tests_elsewhere()
        .filter(|seen| seen.status.is_some() && case.is_fresh(seen.on));
    let seen = newest(answered)?;
    let text = format!("another host answered (account/{})", seen.account);
    Some(recorded(text, seen.on))
}

/// The way to what lies on the path: nobody but the network's people see that.
fn show(case: &Case<'_>) -> String {
    format!("keyroll provider show {}", case.account.provider)
}

/// How a name that leads nowhere, or a server that is another, weighs.
pub(super) fn of_endpoint(case: &Case<'_>) -> Option<(u8, Ground)> {
    let heard = greeting(case)?.heard;
    let weight = match heard {
        Err(Silence::NoName) => CERTAIN,
        Err(Silence::Tls) => STRONG,
        Err(Silence::Other) => FAINT,
        Err(Silence::NoConnection | Silence::Timeout) | Ok(_) => return None,
    };
    Some((weight, probed(silence(heard.err()?), case.as_of)))
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn an_address_is_in_the_networks_that_hold_it() {
        let ip = |text: &str| text.parse().unwrap();
        for (cidr, inside, outside) in [
            ("203.0.113.0/28", "203.0.113.15", "203.0.113.16"),
            ("203.0.113.10", "203.0.113.10", "203.0.113.11"),
            ("2001:db8::/32", "2001:db8::1", "2001:db9::1"),
        ] {
            assert!(holds(cidr, ip(inside)), "{cidr}");
            assert!(!holds(cidr, ip(outside)), "{cidr}");
        }
        assert!(holds("0.0.0.0/0", ip("198.51.100.1")));
        for bad in ["", "/", "203.0.113.0/x", "x/8", "0.0.0.0/0"] {
            assert!(!holds(bad, ip("2001:db8::1")), "{bad}");
        }
    }
}
