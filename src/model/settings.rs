//! The settings file (SPEC §7): parsed, every mistake with its place. A section is one function here.

use super::connection::{self, Connection, Object};
use super::document::{self, Complaints, Fields, Node, Placed, list, nearest};
use super::plan::{Plan, Preset};

/// The name of the file, which stands beside the database.
pub const FILE: &str = "cxgear.toml";

/// What the user set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// `[plan]`: what may not be passed. Nothing is limited without it.
    pub plan: Plan,
    /// `[log]`: whether what a model says while it speaks is kept.
    pub keep_deltas: bool,
    /// `[integrations.NAME]` and `[channels.NAME]`, in the order of the file.
    pub connections: Vec<Connection>,
}

impl Settings {
    /// Reads the text of a settings file.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(text: &str) -> Result<Settings, Complaints> {
        let tree = document::parse(text).map_err(|complaint| Complaints(vec![complaint]))?;
        let mut complaints = Complaints::default();
        let mut fields = Fields::of(tree, "the settings file", &mut complaints);
        let plan_node = fields.take("plan");
        let log_node = fields.take("log");
        let sections = Object::ALL.map(|object| (object, fields.take(object.table())));
        fields.finish();
        let plan = plan_node.map(|node| plan(node, &mut complaints)).unwrap_or_default();
        let keep_deltas = log_node.is_some_and(|node| log(node, &mut complaints));
        let mut connections = Vec::new();
        for (object, node) in sections {
            connections.extend(node.into_iter().flat_map(|node| connection::section(object, node, &mut complaints)));
        }
        let settings = Settings { plan, keep_deltas, connections };
        complaints.0.sort_by_key(|complaint| complaint.spot);
        if complaints.forbid() { Err(complaints) } else { Ok(settings) }
    }

    /// The integration or channel of a name.
    #[must_use]
    pub fn find(&self, object: Object, name: &str) -> Option<&Connection> {
        self.of(object).find(|connection| connection.name.eq_ignore_ascii_case(name))
    }

    /// Those of a kind.
    pub fn of_kind(&self, object: Object, kind: &str) -> impl Iterator<Item = &Connection> {
        self.of(object).filter(move |connection| connection.kind == kind)
    }

    /// All integrations, or all channels.
    pub fn of(&self, object: Object) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(move |connection| connection.object == object)
    }
}

/// `[log]`
fn log(node: Placed<Node>, complaints: &mut Complaints) -> bool {
    let mut fields = Fields::of(node, "`[log]`", complaints);
    let keep_deltas = fields.bool("keep_deltas");
    fields.finish();
    keep_deltas.is_some_and(|truth| truth.value)
}

/// `[plan]`
fn plan(node: Placed<Node>, complaints: &mut Complaints) -> Plan {
    let mut fields = Fields::of(node, "`[plan]`", complaints);
    let preset = fields.text("preset");
    let [spinners, jobs, records] = ["spinners", "jobs", "records"].map(|key| (key, fields.integer(key)));
    fields.finish();
    let mut count = |(key, given): (&str, Option<Placed<i64>>)| {
        let given = given?;
        let count = u64::try_from(given.value).ok();
        if count.is_none() {
            complaints.error(given.spot, format!("`{key}` of `[plan]` must not be below 0"), None);
        }
        count
    };
    let [spinners, jobs, records] = [spinners, jobs, records].map(&mut count);
    Plan { preset: preset.and_then(|word| known_preset(&word, complaints)), spinners, jobs, records }
}

fn known_preset(word: &Placed<String>, complaints: &mut Complaints) -> Option<Preset> {
    let preset = Preset::named(&word.value);
    if preset.is_none() {
        let names = || Preset::ALL.into_iter().map(Preset::name);
        let hint = match nearest(&word.value, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("plans: {}; or give `spinners`, `jobs` and `records` yourself", list(names())),
        };
        complaints.error(word.spot, format!("there is no plan `{}`", word.value), Some(hint));
    }
    preset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<String> {
        let told = |c: document::Complaint| format!("{} {} ({})", c.spot, c.what, c.hint.unwrap_or_default());
        Settings::parse(text).unwrap_err().0.into_iter().map(told).collect()
    }

    #[test]
    fn a_plan_is_read() {
        for nothing in ["", "# nothing yet\n[plan]\n"] {
            assert_eq!(Settings::parse(nothing).unwrap(), Settings::default());
        }
        let plan = Settings::parse("[plan]\npreset = \"pro\"\nrecords = 20000\n").unwrap().plan;
        assert_eq!(plan, Plan { preset: Some(Preset::Pro), records: Some(20_000), ..Plan::default() });
        assert_eq!(Settings::parse("plan = { jobs = 0 }").unwrap().plan.jobs, Some(0));
        assert!(Settings::parse("[log]\nkeep_deltas = true\n").unwrap().keep_deltas);
    }

    #[test]
    fn every_mistake_has_its_place_and_its_mend() {
        assert_eq!(
            wrong("[plan]\npreset = \"trail\"\nrecord = 3\njobs = \"9\"\nspinners = -1\n"),
            [
                "2:10 there is no plan `trail` (did you mean `trial`?)",
                "3:1 `[plan]` has no key `record` (did you mean `records`?)",
                "4:8 `jobs` of `[plan]` must be a whole number, not a string ()",
                "5:12 `spinners` of `[plan]` must not be below 0 ()",
            ]
        );
    }

    #[test]
    fn sections_of_later_are_unknown_for_now() {
        assert_eq!(wrong("[plans]\n"), ["1:2 the settings file has no key `plans` (did you mean `plan`?)"]);
        assert_eq!(
            wrong("[log]\nkeep_delta = true\n"),
            ["2:1 `[log]` has no key `keep_delta` (did you mean `keep_deltas`?)"]
        );
        assert_eq!(wrong("plan = 3"), ["1:8 `[plan]` must be a table, not a whole number ()"]);
        assert!(wrong("[plan\n")[0].starts_with("1:"));
    }
}
