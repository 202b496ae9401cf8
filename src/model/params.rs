//! What enters a run: the metadata fields of one row, in column order.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The values of one row under names that all rows of a job share. A clone is another look at the same values.
#[derive(Debug, Clone, PartialEq)]
pub struct Params {
    names: Arc<[String]>,
    values: Arc<Vec<Value>>,
}

impl Params {
    /// Values under their names; as many of one as of the other.
    #[must_use]
    pub fn new(names: Arc<[String]>, values: Vec<Value>) -> Params {
        debug_assert_eq!(names.len(), values.len());
        Params { names, values: Arc::new(values) }
    }

    /// Of a record whose params are not known yet.
    #[must_use]
    pub fn none() -> Params {
        Params::new(Arc::from([]), Vec::new())
    }

    /// The value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.iter().position(|n| n == name).and_then(|place| self.values.get(place))
    }

    /// Names and values in column order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(self.values.iter())
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Params;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of params")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
                let (mut names, mut values) = (Vec::new(), Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    names.push(name);
                    values.push(value);
                }
                Ok(Params::new(names.into(), values))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
