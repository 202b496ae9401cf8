//! What a workspace may use in a month, and what it has used (SPEC §7).

use std::fmt;

use super::report::grouped;
use super::time::{Month, Timestamp};

/// A plan that can be had by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// To try it.
    Trial,
    /// For one team.
    Pro,
    /// For many.
    Advanced,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 3] = [Preset::Trial, Preset::Pro, Preset::Advanced];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Preset::Trial => "trial",
            Preset::Pro => "pro",
            Preset::Advanced => "advanced",
        }
    }

    /// The preset of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| preset.name() == word)
    }

    /// Its numbers (SPEC §7).
    #[must_use]
    pub const fn limits(self) -> Usage {
        match self {
            Preset::Trial => Usage { spinners: 2, jobs: 50, records: 500 },
            Preset::Pro => Usage { spinners: 25, jobs: 500, records: 10_000 },
            Preset::Advanced => Usage { spinners: 100, jobs: 5_000, records: 100_000 },
        }
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    /// Distinct published spinners.
    Spinners,
    /// Jobs made in a month, retries too.
    Jobs,
    /// Records of those jobs: all that an open job may still start, else those that were started.
    Records,
}

impl Meter {
    /// All of them, in the order in which they are told.
    pub const ALL: [Meter; 3] = [Meter::Spinners, Meter::Jobs, Meter::Records];

    /// Its word, which is its key in `[plan]` too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Meter::Spinners => "spinners",
            Meter::Jobs => "jobs",
            Meter::Records => "records",
        }
    }

    /// Whether it starts anew each month.
    #[must_use]
    pub const fn is_monthly(self) -> bool {
        match self {
            Meter::Spinners => false,
            Meter::Jobs | Meter::Records => true,
        }
    }
}

/// So much of each meter: used, or needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Distinct published spinners.
    pub spinners: u64,
    /// Jobs made this month.
    pub jobs: u64,
    /// Their records.
    pub records: u64,
}

impl Usage {
    /// What a meter says.
    #[must_use]
    pub const fn of(&self, meter: Meter) -> u64 {
        match meter {
            Meter::Spinners => self.spinners,
            Meter::Jobs => self.jobs,
            Meter::Records => self.records,
        }
    }
}

/// What may not be passed; without a number a meter has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// Where the numbers come from that the user did not give.
    pub preset: Option<Preset>,
    /// The user's own number of spinners.
    pub spinners: Option<u64>,
    /// The user's own number of jobs a month.
    pub jobs: Option<u64>,
    /// The user's own number of records a month.
    pub records: Option<u64>,
}

impl Plan {
    /// The limit of a meter: the user's own number, else the preset's.
    #[must_use]
    pub fn limit(&self, meter: Meter) -> Option<u64> {
        let own = match meter {
            Meter::Spinners => self.spinners,
            Meter::Jobs => self.jobs,
            Meter::Records => self.records,
        };
        own.or_else(|| self.preset.map(|preset| preset.limits().of(meter)))
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        Meter::ALL.into_iter().all(|meter| self.limit(meter).is_none())
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.preset.map_or("custom", Preset::name)
    }

    /// Whether there is room for what is needed beside what was used in the month of `at`.
    ///
    /// # Errors
    /// The first meter that would be passed.
    pub fn admit(&self, used: Usage, needs: Usage, at: Timestamp) -> Result<(), Excess> {
        for meter in Meter::ALL {
            let (used, needed) = (used.of(meter), needs.of(meter));
            let Some(limit) = self.limit(meter).filter(|_| needed > 0) else { continue };
            if used.saturating_add(needed) > limit {
                let (plan, next) = (self.name(), meter.is_monthly().then(|| Month::of(at).next));
                let by = if needs.jobs > 0 { "run" } else { "publish" };
                return Err(Excess { meter, plan, used, limit, needed, by, next });
            }
        }
        Ok(())
    }
}

/// A meter that would be passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// Which.
    pub meter: Meter,
    /// What the plan is called.
    pub plan: &'static str,
    /// Used so far.
    pub used: u64,
    /// Of so much.
    pub limit: u64,
    /// Needed beside it.
    pub needed: u64,
    /// What needs it: a run, or a publish.
    by: &'static str,
    /// When it starts anew.
    pub next: Option<Timestamp>,
}

impl Excess {
    /// How much there is still room for.
    #[must_use]
    pub const fn room(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// `PLAN_LIMIT: monthly record limit reached on the trial plan (480/500; this run needs 120)`
impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let monthly = if self.meter.is_monthly() { "monthly " } else { "" };
        let thing = self.meter.name().trim_end_matches('s');
        let [used, limit, needed] = [self.used, self.limit, self.needed].map(grouped);
        write!(f, "PLAN_LIMIT: {monthly}{thing} limit reached on the {} plan ", self.plan)?;
        write!(f, "({used}/{limit}; this {} needs {needed})", self.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_774_447_200_000);

    fn one_run(records: u64) -> Usage {
        Usage { spinners: 0, jobs: 1, records }
    }

    #[test]
    fn both_sides_of_each_limit() {
        for (preset, limits) in
            [(Preset::Trial, [2, 50, 500]), (Preset::Pro, [25, 500, 10_000]), (Preset::Advanced, [100, 5_000, 100_000])]
        {
            let plan = Plan { preset: Some(preset), ..Plan::default() };
            assert_eq!(Meter::ALL.map(|meter| plan.limit(meter)), limits.map(Some));
            let [spinners, jobs, records] = limits;
            let publish = Usage { spinners: 1, ..Usage::default() };
            let used = |spinners, jobs, records| Usage { spinners, jobs, records };
            assert_eq!(plan.admit(used(spinners - 1, 0, 0), publish, AT), Ok(()));
            assert_eq!(plan.admit(used(spinners, 0, 0), publish, AT).unwrap_err().meter, Meter::Spinners);
            assert_eq!(plan.admit(used(0, jobs - 1, 0), one_run(1), AT), Ok(()));
            assert_eq!(plan.admit(used(0, jobs, 0), one_run(1), AT).unwrap_err().meter, Meter::Jobs);
            assert_eq!(plan.admit(used(0, 0, records - 9), one_run(9), AT), Ok(()));
            assert_eq!(plan.admit(used(0, 0, records - 9), one_run(10), AT).unwrap_err().meter, Meter::Records);
            // What was used beyond a limit that came later is no obstacle to what needs none of it.
            assert_eq!(plan.admit(used(spinners + 5, 0, 0), one_run(1), AT), Ok(()));
        }
    }

    #[test]
    fn the_message_is_that_of_the_contract() {
        let plan = Plan { preset: Some(Preset::Trial), ..Plan::default() };
        let used = Usage { spinners: 2, jobs: 7, records: 480 };
        let excess = plan.admit(used, one_run(120), AT).unwrap_err();
        assert_eq!(
            excess.to_string(),
            "PLAN_LIMIT: monthly record limit reached on the trial plan (480/500; this run needs 120)"
        );
        assert_eq!((excess.room(), excess.next), (20, Some(Timestamp(1_775_001_600_000))));
        let excess = plan.admit(used, Usage { spinners: 1, ..Usage::default() }, AT).unwrap_err();
        let told = "PLAN_LIMIT: spinner limit reached on the trial plan (2/2; this publish needs 1)";
        assert_eq!((excess.to_string().as_str(), excess.next), (told, None));
    }

    #[test]
    fn own_numbers_win() {
        let plan = Plan { preset: Some(Preset::Trial), records: Some(5_000), ..Plan::default() };
        assert_eq!(
            (plan.limit(Meter::Records), plan.limit(Meter::Jobs), plan.name()),
            (Some(5_000), Some(50), "trial")
        );
        let plan = Plan { jobs: Some(0), ..Plan::default() };
        assert_eq!((plan.limit(Meter::Records), plan.name(), plan.is_unlimited()), (None, "custom", false));
        assert!(plan.admit(Usage::default(), one_run(1), AT).is_err(), "a limit of none is a limit");
        assert!(Plan::default().is_unlimited());
        let much = Usage { spinners: u64::MAX, jobs: u64::MAX, records: u64::MAX };
        assert_eq!(Plan::default().admit(much, much, AT), Ok(()));
        assert!(plan.admit(much, much, AT).is_err());
    }
}
