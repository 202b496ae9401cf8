//! Which integration or channel a step uses: the one that it names, else the only one of its kind, else the offline one.

use super::names::Names;
use crate::model::connection::{Connection, Object};
use crate::model::document::{Fields, Placed, list, nearest};

impl Names<'_> {
    /// Reads the key `integration` or `channel` of a step whose work is of a kind. Nothing comes back when there is a
    /// complaint, and when none is named of a kind that has no offline one: such a step can do without.
    pub(super) fn connection(&self, fields: &mut Fields<'_>, object: Object, kind: &str) -> Option<Connection> {
        let spot = fields.spot;
        let found = self.found(fields, object, kind)?;
        for credential in found.credentials() {
            self.need(credential, &found.title(), spot, fields.complaints);
        }
        Some(found)
    }

    fn found(&self, fields: &mut Fields<'_>, object: Object, kind: &str) -> Option<Connection> {
        if fields.has(object.name()) {
            let name = fields.text(object.name())?;
            return self.named(&name, fields, object, kind);
        }
        // Asked for all the same, so that it is known to be a key.
        fields.text(object.name());
        let offline = Connection::offline(object, kind)?;
        let settings = &self.tools.settings;
        let mut all = settings.of_kind(object, kind);
        match (all.next(), all.next()) {
            (None, _) => Some(offline),
            (Some(only), None) => Some(only.clone()),
            (Some(_), Some(_)) => {
                let names = list(settings.of_kind(object, kind).map(|other| other.name.as_str()));
                let what = format!("{} does not say which {} of kind `{kind}` it uses", fields.owner, object.name());
                let hint = format!("add `{} = \"NAME\"`; there are {names}", object.name());
                fields.complaints.error(fields.spot, what, Some(hint));
                None
            }
        }
    }

    fn named(&self, name: &Placed<String>, fields: &mut Fields<'_>, object: Object, kind: &str) -> Option<Connection> {
        let settings = &self.tools.settings;
        let fits = || settings.of_kind(object, kind).map(|other| other.name.as_str());
        let offline = Connection::offline(object, kind);
        let (what, hint) = match settings.find(object, &name.value) {
            Some(found) if found.kind == kind => return Some(found.clone()),
            Some(found) => {
                let hint = match fits().next() {
                    Some(_) => format!("of kind `{kind}`: {}", list(fits())),
                    None => format!("add `[{}.NAME]` with `kind = \"{kind}\"` to cxgear.toml", object.table()),
                };
                (format!("{} is of kind `{}`, and this step needs `{kind}`", found.title(), found.kind), hint)
            }
            None if offline.as_ref().is_some_and(|offline| offline.name == name.value) => return offline,
            None => {
                let known = || fits().chain(offline.as_ref().map(|offline| offline.name.as_str()));
                let hint = match nearest(&name.value, known()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let (table, own) = (object.table(), key(&name.value));
                        format!("add `[{table}.{own}]` with `kind = \"{kind}\"` to cxgear.toml")
                    }
                };
                (format!("there is no {} `{}`", object.name(), name.value), hint)
            }
        };
        fields.complaints.error(name.spot, what, Some(hint));
        None
    }
}

/// A name as a key of TOML, if it can be one.
fn key(name: &str) -> &str {
    let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if fits { name } else { "NAME" }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::document::{Complaints, parse};
    use crate::model::settings::Settings;
    use crate::model::spinner::Spinner;
    use crate::steps::{Known, Tools};

    /// What a step with these lines gets from these settings: a title and a provider, or the complaints.
    fn got(settings: &str, step: &str, object: Object, kind: &str) -> Result<Option<String>, String> {
        let settings = Arc::new(Settings::parse(settings).unwrap());
        let tools = Tools { settings, ..Tools::default() };
        let (spinner, _) = Spinner::parse("name = 'a'\n[[steps]]\nname = 'a'\ntype = 'log'\nmessage = ''\n").unwrap();
        let known = Known::default();
        let names = Names::new(&spinner, &known, &tools, 0);
        let mut complaints = Complaints::default();
        let mut fields = Fields::of(parse(step).unwrap(), "step `a`", &mut complaints);
        let found = names.connection(&mut fields, object, kind);
        fields.finish();
        match complaints.0.as_slice() {
            [] => Ok(found.map(|found| format!("{} {}", found.title(), found.provider.name))),
            [one] => {
                assert_eq!(found, None);
                Err(format!("{} {} ({})", one.spot, one.what, one.hint.clone().unwrap_or_default()))
            }
            more => panic!("{more:?}"),
        }
    }

    const TWO: &str = "[channels.mail]\nkind = 'email'\n[channels.news]\nkind = 'email'\n[channels.text]\nkind = 'sms'\n\
                       [integrations.crm]\nkind = 'http'\nbase_url = 'https://crm.example'\n";

    #[test]
    fn the_named_one_or_the_only_one_or_the_offline_one() {
        use Object::{Channel, Integration};
        let fine = |settings, step, object, kind| got(settings, step, object, kind).unwrap();
        for (settings, step, object, kind, wanted) in [
            ("", "", Channel, "email", Some("channel `outbox` outbox")),
            ("", "", Integration, "llm", Some("integration `mock` mock")),
            ("", "", Integration, "http", None),
            (TWO, "", Integration, "http", None),
            (TWO, "integration = 'crm'", Integration, "http", Some("integration `crm` http")),
            (TWO, "", Channel, "sms", Some("channel `text` outbox")),
            (TWO, "channel = 'NEWS'", Channel, "email", Some("channel `news` outbox")),
            (TWO, "channel = 'outbox'", Channel, "email", Some("channel `outbox` outbox")),
        ] {
            assert_eq!(fine(settings, step, object, kind).as_deref(), wanted, "{step} of {kind}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_a_complaint() {
        use Object::{Channel, Integration};
        for (step, object, kind, wanted) in [
            (
                "",
                Channel,
                "email",
                "1:1 step `a` does not say which channel of kind `email` it uses (add `channel = \"NAME\"`; there are `mail` and `news`)",
            ),
            ("channel = 'mial'", Channel, "email", "1:11 there is no channel `mial` (did you mean `mail`?)"),
            (
                "channel = 'q'",
                Channel,
                "email",
                "1:11 there is no channel `q` (add `[channels.q]` with `kind = \"email\"` to cxgear.toml)",
            ),
            (
                "channel = 'text'",
                Channel,
                "email",
                "1:11 channel `text` is of kind `sms`, and this step needs `email` (of kind `email`: `mail` and `news`)",
            ),
            (
                "integration = 'crm'",
                Integration,
                "llm",
                "1:15 integration `crm` is of kind `http`, and this step needs `llm` (add `[integrations.NAME]` with `kind = \"llm\"` to cxgear.toml)",
            ),
            ("channel = 3", Channel, "sms", "1:11 `channel` of step `a` must be a string, not a whole number ()"),
        ] {
            assert_eq!(got(TWO, step, object, kind), Err(wanted.to_owned()));
        }
    }
}
