//! Limits given for one job, over those of its spinner; kept with the job, so that whoever resumes it has them too.

use serde::{Deserialize, Serialize};

use crate::model::payload::Assumed;
use crate::model::spinner::{Limits, rate_of};

/// Limits given for one job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overrides {
    /// Records in flight that wait on the outside world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Starts of outside calls, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// More failures than this end the job, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_failures: Option<String>,
    /// What a person has said of steps that nobody could tell of, in a job that retries them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<Assumed>,
}

impl Overrides {
    /// The limits that hold.
    ///
    /// # Errors
    /// A fragment that says what is wrong with a value.
    pub fn over(&self, limits: Limits) -> Result<Limits, String> {
        Ok(Limits {
            concurrency: self.concurrency.or(limits.concurrency),
            rate: self.rate.as_deref().map(rate_of).transpose()?.or(limits.rate),
            max_failures: self.max_failures.as_deref().map(str::parse).transpose()?.or(limits.max_failures),
            ..limits
        })
    }
}
