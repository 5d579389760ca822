//! What can be seen of a step without an effect: whether it could be sent or run as it is declared. Sends nothing but a
//! bare question whether a server is there.

use crate::model::id::Name;
use crate::model::probe::HttpRequest;
use crate::model::procedure::Step;
use crate::model::text::Text;
use crate::provider::answer::Heard;
use crate::provider::reach::{Filled, Reach};
use crate::provider::template;
use crate::provider::values::{Scope, Values};
use crate::secret::Secret;

impl Reach<'_> {
    /// Whether a step could be sent or run: its placeholders are filled, its program is there and is ours. Nothing is.
    ///
    /// # Errors
    /// When it could not, in words.
    pub fn ready(&self, step: &Step, values: &Values<'_>) -> Result<(), String> {
        let mut scope = Scope::of(values);
        for before in &step.before {
            Filled::of(&before.http, &scope)?;
            // What its answer would hand on.
            for name in before.take.keys() {
                scope.take(name.as_str(), Secret::from("handed-on".to_owned()));
            }
        }
        match (&step.http, &step.command) {
            (Some(http), None) => Filled::of(http, &scope).map(drop),
            (None, Some(words)) => {
                self.program(words, &scope)?;
                let reads = step.stdin.as_ref().map(Text::as_str);
                let reads = reads.map(|text| template::bytes(text, &scope));
                reads.transpose().map(drop).map_err(|why| why.to_string())
            }
            (None, None) => Ok(()),
            (Some(_), Some(_)) => Err("the step is both a request and a program".to_owned()),
        }
    }

    /// Whether a server is there, and in how many milliseconds it answers: whatever it says. It is shown no secret.
    ///
    /// # Errors
    /// When nobody answers, in words.
    pub fn answers(&self, at: Option<&Name>) -> Result<u32, String> {
        let bare = HttpRequest {
            at: at.cloned(),
            method: plain("HEAD"),
            path: plain("/"),
            header: Default::default(),
            body: None,
            form: Default::default(),
            expect: None,
        };
        let values = Values::new();
        let heard = self.send(&bare, &Scope::of(&values));
        heard
            .map(|heard: Heard| heard.millis)
            .map_err(|unheard| unheard.why)
    }
}

fn plain(text: &'static str) -> Text {
    text.parse().expect("a word is a text")
}
