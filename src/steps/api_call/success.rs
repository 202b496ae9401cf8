//! Which statuses are success.

use crate::model::document::{Complaints, Node, Placed};

/// Ranges of statuses, ends included.
pub(super) struct Success(Vec<(u16, u16)>);

impl Success {
    pub(super) fn read(node: Option<Placed<Node>>, complaints: &mut Complaints) -> Option<Success> {
        let Some(node) = node else { return Some(Success(vec![(200, 299)])) };
        let items = if let Node::Array(items) = node.value { items } else { vec![node] };
        let mut ranges = Vec::with_capacity(items.len());
        for item in items {
            let Some(range) = range(&item.value) else {
                let hint = Some("such as `success = [200, 404]` or `success = [\"2xx\"]`".to_owned());
                complaints.error(item.spot, "`success` holds statuses", hint);
                return None;
            };
            ranges.push(range);
        }
        Some(Success(ranges))
    }

    pub(super) fn holds(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }

    /// One that would be success.
    pub(super) fn first(&self) -> u16 {
        self.0.first().map_or(200, |(first, _)| *first)
    }
}

fn range(node: &Node) -> Option<(u16, u16)> {
    match node {
        Node::Integer(status) => {
            u16::try_from(*status).ok().filter(|status| (100..600).contains(status)).map(|s| (s, s))
        }
        Node::Text(text) => {
            let hundreds = text.strip_suffix("xx")?.parse::<u16>().ok().filter(|digit| (1..=5).contains(digit))? * 100;
            Some((hundreds, hundreds + 99))
        }
        Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) | Node::Table(_) => None,
    }
}
