//! `ai_agent` against providers: what it sends, what it takes, and what each fault is told as.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cxgear::engine::{Answer, Done, Effect, JobFacts, Live, Reply, Scope, Show, StepError, Task, Work};
use cxgear::model::document::Complaints;
use cxgear::model::id::{JobId, RecordId, RowId};
use cxgear::model::params::Params;
use cxgear::model::secrets::Secrets;
use cxgear::model::settings::Settings;
use cxgear::model::spinner::Spinner;
use cxgear::steps::{self, Known, Tools};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

mod faults;
mod live;
mod provider;
mod published;
mod shapes;
mod whole;

/// A secret that stands in an integration.
const KEY: &str = "sk-canary-0123456789";

/// An integration of each protocol at this port.
fn integration(protocol: &str, port: u16) -> String {
    format!(
        "[integrations.it]\nkind = \"llm\"\nprovider = \"{protocol}\"\nbase_url = \"http://127.0.0.1:{port}\"\n\
         api_key = \"vault:it_key\"\nallow_private = true\n"
    )
}

/// The steps of a spinner with one `ai_agent`.
fn built(settings: &str, step: &str) -> Result<(cxgear::engine::Pipeline, Complaints), Complaints> {
    let settings = Settings::parse(settings).unwrap();
    let text = format!("name = \"s\"\n[[steps]]\nname = \"ask\"\ntype = \"ai_agent\"\n{step}\n");
    let (spinner, _) = Spinner::parse(&text)?;
    let tools = Tools { settings: Arc::new(settings), ..Tools::default() };
    steps::build(&spinner, &Known::default(), &tools)
}

/// A step that can be asked, as the engine asks it.
struct Asked {
    pipeline: cxgear::engine::Pipeline,
    job: Arc<JobFacts>,
}

impl Asked {
    fn new(settings: &str, step: &str) -> Asked {
        Asked::followed(settings, step, Live::default())
    }

    fn followed(settings: &str, step: &str, live: Live) -> Asked {
        let (pipeline, _) = built(settings, step).unwrap_or_else(|complaints| panic!("{complaints:?}"));
        let secrets = Secrets::new([("it_key".to_owned(), Zeroizing::new(KEY.to_owned()))]);
        Asked { pipeline, job: Arc::new(JobFacts { secrets, live, ..JobFacts::default() }) }
    }

    fn task(&self, name: &str) -> Task {
        let params = Params::new(Arc::from(["name".to_owned()]), vec![Value::from(name)]);
        let record = RecordId { job: JobId(3), row: RowId(17) };
        let scope = Scope { job: Arc::clone(&self.job), record, attempt: 1, params, steps: Vec::new() };
        Task { scope: Arc::new(scope), attempt: 1, key: "k-17-ask".to_owned() }
    }

    fn answer(&self, name: &str) -> Answer {
        let Work::Elsewhere(call) = &self.pipeline.stages[0].work else { panic!("it asks elsewhere") };
        assert_eq!(call.effect(), Effect::Idempotent);
        let (send, receive) = mpsc::channel();
        call.begin(self.task(name), Reply::to(move |answer| send.send(answer).unwrap()));
        receive.recv_timeout(Duration::from_secs(30)).unwrap()
    }
}

fn done(answer: &Answer) -> &Done {
    answer.result.as_ref().unwrap_or_else(|error| panic!("{error:?}"))
}

fn failed(answer: &Answer) -> &StepError {
    answer.result.as_ref().expect_err("it fails")
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// Keeps the lines that it is shown.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Show for Lines {
    fn line(&self, record: RecordId, line: &str) {
        self.0.lock().unwrap().push(format!("{record}: {line}"));
    }
}
