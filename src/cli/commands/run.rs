//! `keyroll run`: gives secrets to a program, and to nobody else.

use std::ffi::OsString;

use anyhow::Context as _;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::unlock::{self, IdentityOptions};
use crate::model::change::Occurrence;
use crate::model::id::Name;
use crate::model::record::Kind;
use crate::operations::run::{Delivery, Way, replace};
use crate::operations::secrets::{Taken, Wanted};
use crate::secret::BadValue;
use crate::store::Access;

/// Give secrets to a program, and to nobody else
///
/// keyroll becomes the program: its exit status and its signals are its own, and nothing of keyroll is left. A secret
/// goes into a variable of the program's environment, onto its standard input, or onto a descriptor. The last two are
/// the better ones: an environment can be read by every process of the same user.
///
/// Without --env, --stdin and --fd a secret goes into KEYROLL_SECRET, the fields of a composite one into
/// KEYROLL_SECRET_FIELD each. With several accounts every secret must be asked for: NAME=ACCOUNT/FIELD.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll run etl -- ./import.sh\n  \
    keyroll run etl --env MAXIMO_APIKEY -- ./import.sh\n  \
    keyroll run etl --stdin -- curl --header @- https://femo.example/api\n  \
    keyroll run etl dfs --env SOURCE=etl --env SINK=dfs/access-key --fd 3=dfs/secret -- ./sync")]
pub struct Args {
    /// Whose secrets: one account or several
    #[arg(required = true, value_name = "ACCOUNT", add = completion::names(Kind::Account))]
    accounts: Vec<String>,
    /// Put a secret into this variable
    #[arg(long, value_name = "NAME[=[ACCOUNT/]FIELD]")]
    env: Vec<String>,
    /// Put a secret on standard input
    #[arg(long, value_name = "[ACCOUNT/]FIELD", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    stdin: Option<String>,
    /// Put a secret on this descriptor
    #[arg(long, value_name = "N[=[ACCOUNT/]FIELD]")]
    fd: Vec<String>,
    #[command(flatten)]
    identity: IdentityOptions,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// A secret that is to be delivered: which way, and which one.
struct Order {
    way: Way,
    account: usize,
    /// The only one where it is `None`.
    field: Option<Name>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let orders = orders(&args)?;
    let (program, arguments) = args.command.split_first().expect("clap requires a command");
    let mut store = context.open(Access::Write)?;
    let mut secrets = unlock::unlock(&mut store, &args.identity, context)?;
    let wanted: Vec<Wanted<'_>> = args
        .accounts
        .iter()
        .map(|account| Wanted {
            account,
            version: None,
        })
        .collect();
    let name = program.to_string_lossy().escape_debug().to_string();
    // What cannot be handed on is refused before it is recorded as handed on.
    let check = |taken: &[Taken]| deliveries(&orders, taken).map(drop);
    let details = [("program", name.clone())];
    let taken = secrets.take(&wanted, Occurrence::Run, &details, &check)?;
    let deliveries = deliveries(&orders, &taken)?;
    drop(secrets);
    drop(store);
    context.back_to_normal();
    let closed = args.identity.descriptors();
    let error = replace(program, arguments, &deliveries, &closed);
    Err(Failure::new(format!("cannot run `{name}`: {error}")).hint(
        "check the name after --; the secrets were not handed out, though the audit trail says so",
    ))
}

/// Where a secret goes when nothing says where.
fn usual(taken: &[Taken]) -> Vec<Delivery<'_>> {
    let mut out = Vec::new();
    for taken in taken {
        let only = taken.value.only().is_some();
        for (field, secret) in taken.value.fields() {
            let name = match only {
                true => "KEYROLL_SECRET".to_owned(),
                false => format!(
                    "KEYROLL_SECRET_{}",
                    field.as_str().to_ascii_uppercase().replace('-', "_")
                ),
            };
            out.push(Delivery {
                way: Way::Variable(name),
                secret,
            });
        }
    }
    out
}

fn ordered<'t>(orders: &[Order], taken: &'t [Taken]) -> anyhow::Result<Vec<Delivery<'t>>> {
    let mut out = Vec::new();
    for order in orders {
        let taken = &taken[order.account];
        let secret = match &order.field {
            Some(field) => taken
                .value
                .field(field)
                .ok_or_else(|| BadValue::Unknown(field.clone())),
            None => taken.value.only().ok_or_else(|| {
                let names = taken.value.fields().map(|(name, _)| name.to_string());
                BadValue::Several(names.collect::<Vec<_>>().join(", "))
            }),
        };
        let secret = secret.with_context(|| format!("account `{}`", taken.version.account))?;
        let way = order.way.clone();
        out.push(Delivery { way, secret });
    }
    Ok(out)
}

/// What goes where; only what can go there.
fn deliveries<'t>(orders: &[Order], taken: &'t [Taken]) -> anyhow::Result<Vec<Delivery<'t>>> {
    let out = match orders.is_empty() {
        true => usual(taken),
        false => ordered(orders, taken)?,
    };
    // The program would not even start.
    let zero = |delivery: &Delivery<'_>| {
        matches!(delivery.way, Way::Variable(_)) && delivery.secret.expose().contains(&0)
    };
    if out.iter().any(zero) {
        return Err(BadValue::Zero.into());
    }
    Ok(out)
}

/// What the options ask for.
fn orders(args: &Args) -> Result<Vec<Order>, Failure> {
    let mut out = Vec::new();
    for text in &args.env {
        let (name, what) = text
            .split_once('=')
            .map_or((text.as_str(), ""), |(name, what)| (name, what));
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if name.is_empty() || !name.bytes().all(is_name) || name.as_bytes()[0].is_ascii_digit() {
            return Err(
                Failure::usage("--env takes the name of a variable").hint("letters, digits and _")
            );
        }
        out.push(order(Way::Variable(name.to_owned()), what, &args.accounts)?);
    }
    if let Some(what) = &args.stdin {
        out.push(order(Way::Stdin, what, &args.accounts)?);
    }
    for text in &args.fd {
        let (number, what) = text
            .split_once('=')
            .map_or((text.as_str(), ""), |(number, what)| (number, what));
        let number = number
            .parse()
            .ok()
            .filter(|number| (3..=255).contains(number));
        let number = number.ok_or_else(|| {
            Failure::usage("--fd takes the number of a descriptor")
                .hint("from 3 to 255; --stdin is 0")
        })?;
        out.push(order(Way::Descriptor(number), what, &args.accounts)?);
    }
    if out.is_empty() && args.accounts.len() > 1 {
        return Err(
            Failure::usage("with several accounts every secret must be asked for")
                .hint("for example --env SOURCE=ACCOUNT --fd 3=ACCOUNT/FIELD"),
        );
    }
    for (at, order) in out.iter().enumerate() {
        if out.iter().skip(at + 1).any(|other| other.way == order.way) {
            return Err(Failure::usage("two secrets go the same way")
                .hint("give each its own variable or descriptor"));
        }
    }
    Ok(out)
}

/// `ACCOUNT/FIELD`, `ACCOUNT` where there are several, `FIELD` where there is one, or nothing.
fn order(way: Way, what: &str, accounts: &[String]) -> Result<Order, Failure> {
    let at = |name: &str| accounts.iter().position(|account| account == name);
    let field = |text: &str| -> Result<Name, Failure> { text.parse().map_err(Failure::usage) };
    let (account, field) = match (what.split_once('/'), at(what)) {
        (Some((account, name)), _) => (at(account), Some(field(name)?)),
        (None, Some(account)) => (Some(account), None),
        (None, None) if what.is_empty() => ((accounts.len() == 1).then_some(0), None),
        (None, None) => ((accounts.len() == 1).then_some(0), Some(field(what)?)),
    };
    match account {
        Some(account) => Ok(Order {
            way,
            account,
            field,
        }),
        None => Err(Failure::usage(format!(
            "`{}` names none of the accounts",
            what.escape_debug()
        ))
        .hint(format!(
            "write ACCOUNT or ACCOUNT/FIELD, an account being {}",
            accounts.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(what: &str, accounts: &[&str]) -> Option<(usize, Option<String>)> {
        let accounts: Vec<String> = accounts.iter().map(|name| (*name).to_owned()).collect();
        let order = order(Way::Stdin, what, &accounts).ok()?;
        Some((order.account, order.field.map(|field| field.to_string())))
    }

    #[test]
    fn an_account_may_be_left_out_where_there_is_one() {
        let field = |name: &str| Some(name.to_owned());
        assert_eq!(asked("", &["etl"]), Some((0, None)));
        assert_eq!(asked("key", &["etl"]), Some((0, field("key"))));
        assert_eq!(asked("etl/key", &["etl"]), Some((0, field("key"))));
        assert_eq!(asked("dfs", &["etl", "dfs"]), Some((1, None)));
        assert_eq!(asked("dfs/key", &["etl", "dfs"]), Some((1, field("key"))));
        assert_eq!(asked("key", &["etl", "dfs"]), None);
        assert_eq!(asked("", &["etl", "dfs"]), None);
        assert_eq!(asked("other/key", &["etl"]), None);
    }
}
