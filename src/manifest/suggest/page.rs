//! The text of a suggested account, part by part: what is known is written, what is not is a blank that says so.

use crate::catalog::Policy;
use crate::manifest::literal;
use crate::manifest::suggest::ask::{among, blank_of_control, flat};
use crate::manifest::suggest::list::entitlements;
use crate::manifest::suggest::{Wish, platform, platform_glossary, provider_glossary};
use crate::model::access::{ActionClass, Level, LevelPolicy};
use crate::model::credential::CredentialKind;
use crate::model::inventory::Inventory;
use crate::model::procedure::ProcedureKind;

/// TOML as it grows, line by line.
#[derive(Default)]
pub(super) struct Page(pub String);

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    pub fn comment(&mut self, text: &str) {
        self.line(&format!("# {text}"));
    }

    pub fn header(&mut self, keys: &[&str]) {
        self.line(&format!("[{}]", literal::path(keys)));
    }

    /// A key with a text, which is quoted as it must be.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", literal::string(value)));
    }

    /// A key with a blank of TOML, and what the operator writes there.
    pub(super) fn blank(&mut self, key: &str, blank: &str, ask: &str) {
        self.line(&format!("{key} = {blank}  # fill in: {ask}"));
    }

    pub fn identity(
        &mut self,
        wish: &Wish,
        roll: &Inventory,
        level: &LevelPolicy,
        (environment, workflow): (&str, &str),
    ) {
        self.text("provider", wish.provider.as_str());
        if !roll.providers.contains_key(&wish.provider) {
            self.comment(
                "declare the provider too, with its catalog and the endpoint of this environment",
            );
        }
        self.text("environment", environment);
        match &wish.boundary {
            Some(boundary) => {
                let boundary = literal::string(boundary.as_str());
                self.line(&format!("boundary = [{boundary}]"));
            }
            None => self.blank(
                "boundary",
                "[\"\"]",
                "where it may act, as narrow as the work: TENANT/SITE",
            ),
        }
        self.text("workflow", workflow);
        self.text("level", wish.level.as_str());
        let usage = flat(level.usage.as_str());
        let ask = format!("what it does, and for whom ({usage})");
        self.blank("purpose", "\"\"", &ask);
    }

    pub fn owners(&mut self) {
        let ask = "who says that it is needed, and who runs it: person/NAME or team/NAME";
        let blank = "{ business = \"\", technical = \"\" }";
        self.blank("owner", blank, ask);
    }

    /// Permissions, platform and scopes.
    pub fn grants(&mut self, wish: &Wish, roll: &Inventory, policy: &Policy) {
        let provider = provider_glossary(wish, roll);
        self.0
            .push_str(&entitlements("permissions", wish.level, policy, provider));
        match platform(wish, roll) {
            Some(platform) => {
                let known = platform_glossary(platform, roll);
                self.0
                    .push_str(&entitlements("scopes", wish.level, policy, known));
                self.text("platform", platform);
            }
            None => {
                let names = among(roll.platforms.keys());
                self.blank("scopes", "[]", "what it may do on the platform");
                self.blank("platform", "\"\"", &format!("the platform{names}"));
            }
        }
    }

    /// Expiry, rotation, revoke, audit and who uses it.
    pub fn life(&mut self, wish: &Wish, roll: &Inventory) {
        self.line(
            "# expires = YYYY-MM-DD  # fill in: when its need is judged anew, a year ahead at most",
        );
        let rotations = among(roll.rotations.keys());
        self.blank("rotation", "\"\"", &format!("a rotation policy{rotations}"));
        let revokes = procedures(roll, ProcedureKind::Revoke, wish);
        self.blank(
            "revoke",
            "\"\"",
            &format!("the procedure that takes its key away{revokes}"),
        );
    }

    /// What it must record, who uses it, its credential and its approvals.
    pub fn work(&mut self, policy: &LevelPolicy, roll: &Inventory) {
        let write = if policy.writes { "\"write\", " } else { "" };
        let audit =
            format!("{{ records = [\"import\", {write}\"retry\", \"failure\"], sink = \"\" }}");
        self.blank("audit", &audit, "the log that holds these records");
        let consumers = among(roll.consumers.keys());
        let ask = format!("the job or host that uses it{consumers}");
        self.blank("consumers", "[]", &ask);
        self.line("status = \"proposed\"  # active, once it exists at the provider");
        let kinds: Vec<&str> = CredentialKind::ALL.iter().map(|it| it.as_str()).collect();
        self.blank(
            "credential",
            "{ kind = \"\", store = \"age\", identity = [] }",
            &format!("{}; its name at the provider", kinds.join(", ")),
        );
        self.line("approval = [  # fill in: one for each action class, by whoever may give it");
        for action in [ActionClass::Read].iter().chain(&policy.actions) {
            self.line(&format!(
                "  # {{ action = \"{action}\", by = \"person/NAME\", on = YYYY-MM-DD, until = YYYY-MM-DD }},"
            ));
        }
        self.line("]");
    }

    /// The controls that the level demands; for an agent, what it may call.
    pub fn controls(&mut self, policy: &LevelPolicy, name: &str, wish: &Wish, roll: &Inventory) {
        if !policy.controls.is_empty() {
            self.line("");
            self.header(&["account", name, "controls"]);
        }
        for control in &policy.controls {
            let (blank, ask) = blank_of_control(control.as_str());
            let known = match control.as_str() {
                "rollback" => procedures(roll, ProcedureKind::Rollback, wish),
                _ => String::new(),
            };
            self.blank(control.as_str(), blank, &format!("{ask}{known}"));
        }
        if policy.level == Level::AiAgentDraft {
            self.line("");
            self.header(&["account", name, "agent"]);
            self.blank("tools", "[]", "each tool that it may call, by name");
            self.blank(
                "endpoint-slice",
                "\"\"",
                "the endpoints behind them: \"/mcp/base/\"",
            );
            self.blank(
                "tenant-enabled",
                "false",
                "true, once the tenant has enabled it",
            );
        }
    }
}

/// The procedures of a kind, to choose from: first those that bear the provider's name.
fn procedures(roll: &Inventory, kind: ProcedureKind, wish: &Wish) -> String {
    let names = |own: bool| {
        let all = roll.procedures.iter();
        let of_kind = all.filter(move |(_, procedure)| procedure.kind == kind);
        let name = of_kind.map(|(name, _)| name.as_str());
        name.filter(move |name| name.starts_with(wish.provider.as_str()) == own)
    };
    among(names(true).chain(names(false)))
}
