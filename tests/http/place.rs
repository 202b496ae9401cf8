//! A folder with a table, settings and a spinner of one `api_call`, and the tool in it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Place(tempfile::TempDir);

impl Place {
    /// A table of these lines, and a service at `base` that may be private.
    pub(crate) fn new(csv: &str, base: &str) -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        place.write("t.csv", csv);
        let service = format!("[integrations.api]\nkind = \"http\"\nbase_url = \"{base}\"\nallow_private = true\n");
        place.write("cxgear.toml", &service);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    /// A spinner of one step with these lines.
    pub(crate) fn step(&self, lines: &str) {
        let head = "name = \"s\"\n[[steps]]\nname = \"call\"\ntype = \"api_call\"\n";
        self.write("s.toml", &format!("{head}{lines}\n"));
    }

    fn command(&self, args: &[&str], env: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        let cleared = ["CXGEAR_DB", "CXGEAR_PROJECT", "SOURCE_DATE_EPOCH", "CXGEAR_WORKSPACE_ID", "SSL_CERT_FILE"];
        let proxies = [
            "http_proxy",
            "HTTP_PROXY",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "no_proxy",
            "NO_PROXY",
        ];
        for name in cleared.into_iter().chain(proxies) {
            command.env_remove(name);
        }
        command.args(args).envs(env.iter().copied()).current_dir(self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn cxgear(&self, args: &[&str]) -> Output {
        self.command(args, &[]).output().unwrap()
    }

    /// Runs the spinner over the table; what came of it, with the exit code.
    pub(crate) fn run(&self, env: &[(&str, &str)]) -> (i32, String) {
        let output = self.command(&["run", "s.toml", "t.csv", "-q"], env).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The same, and it is not waited for.
    pub(crate) fn start(&self) -> Child {
        self.command(&["run", "s.toml", "t.csv", "-q"], &[]).spawn().unwrap()
    }

    /// What a view says.
    pub(crate) fn view(&self, args: &[&str]) -> Value {
        let output = self.cxgear(&[args, &["--format", "json"]].concat());
        let told = || String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", told()))
    }

    /// The tries of a record's step.
    pub(crate) fn tries(&self, record: &str) -> Vec<Value> {
        self.view(&["journey", record])["steps"].as_array().unwrap().clone()
    }
}
