//! `[limits]`: what a run may not pass.

use crate::model::document::{Complaints, Fields, Node, Placed};
use crate::model::time::{self, Millis};

/// What a run may not pass.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Records in flight that wait on the outside world.
    pub concurrency: Option<u32>,
    /// Starts of outside calls a second.
    pub rate: Option<f64>,
    /// How long one record may run.
    pub record_timeout: Option<Millis>,
    /// How long the job may run.
    pub job_timeout: Option<Millis>,
    /// More failed records than this end the job.
    pub max_failures: Option<MaxFailures>,
}

/// More failures than this end the job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailures {
    /// So many records.
    Count(u64),
    /// This share of `total`, in percent.
    Percent(f64),
}

impl MaxFailures {
    /// How many of `total` records may fail.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a count of rows"
    )]
    pub fn of(self, total: u64) -> u64 {
        match self {
            MaxFailures::Count(count) => count,
            MaxFailures::Percent(percent) => (total as f64 * percent / 100.0).floor() as u64,
        }
    }
}

impl std::str::FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = |share: &str| share.trim().parse::<f64>().ok().filter(|p| (0.0..=100.0).contains(p));
        match text.strip_suffix('%') {
            Some(share) => percent(share).map(MaxFailures::Percent),
            None => text.parse().ok().map(MaxFailures::Count),
        }
        .ok_or_else(|| format!("`{text}` is neither a count, such as `100`, nor a share, such as `5%`"))
    }
}

/// Reads the table.
pub(super) fn read(node: Placed<Node>, complaints: &mut Complaints) -> Limits {
    let mut fields = Fields::of(node, "`[limits]`", complaints);
    let concurrency = fields.integer("concurrency");
    let rate = fields.text("rate");
    let record_timeout = fields.text("record_timeout");
    let job_timeout = fields.text("job_timeout");
    let max_failures = fields.take("max_failures");
    fields.finish();
    let mut span = |text: Option<Placed<String>>| {
        let text = text?;
        time::duration(&text.value).map_err(|why| complaints.error(text.spot, why, None)).ok()
    };
    let (record_timeout, job_timeout) = (span(record_timeout), span(job_timeout));
    let concurrency = concurrency.and_then(|n| match u32::try_from(n.value) {
        Ok(count) if count > 0 => Some(count),
        Ok(_) | Err(_) => {
            complaints.error(n.spot, "`concurrency` must be at least 1", None);
            None
        }
    });
    let rate = rate.and_then(|r| rate_of(&r.value).map_err(|why| complaints.error(r.spot, why, None)).ok());
    let max_failures = max_failures.and_then(|node| {
        let text = match &node.value {
            Node::Text(text) => text.clone(),
            Node::Integer(n) => n.to_string(),
            Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) | Node::Table(_) => String::new(),
        };
        text.parse().map_err(|why: String| complaints.error(node.spot, why, None)).ok()
    });
    Limits { concurrency, rate, record_timeout, job_timeout, max_failures }
}

/// Reads `80/s`, `100/m`, `1000/h` as starts a second.
///
/// # Errors
/// A fragment that says what is wrong.
pub fn rate_of(text: &str) -> Result<f64, String> {
    let bad = || format!("`{text}` is not a rate; write `80/s`, `100/m` or `1000/h`");
    let (count, unit) = text.split_once('/').ok_or_else(bad)?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(bad()),
    };
    let count: f64 = count.trim().parse().map_err(|_| bad())?;
    if count.is_finite() && count > 0.0 { Ok(count / seconds) } else { Err(bad()) }
}
