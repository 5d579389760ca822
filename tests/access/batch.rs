//! `can --batch` as a stream: beside another program, and with a reader that goes away.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

/// `can --batch -` over the example, with pipes at both ends.
fn batch(home: &tempfile::TempDir) -> Child {
    Command::new(env!("CARGO_BIN_EXE_keyroll"))
        .args(["can", "--batch", "-", "--path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/femo"))
        .args(["--as-of", "2026-11-22", "--no-config"])
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

const QUESTION: &str = "{\"principal\":\"person/op-berlin-1\",\"permission\":\"asset/view-assets\",\"at\":\"femo/berlin\"}\n";

#[test]
fn each_answer_is_seen_before_the_next_question_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let mut child = batch(&home);
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..3 {
        questions.write_all(QUESTION.as_bytes()).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.contains("\"answer\":\"yes\""), "{answer}");
    }
    drop(questions);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_the_stream_without_a_word() {
    let home = tempfile::tempdir().unwrap();
    let mut child = batch(&home);
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    questions.write_all(QUESTION.as_bytes()).unwrap();
    answers.read_line(&mut String::new()).unwrap();
    drop(answers);
    let many = QUESTION.repeat(100);
    // It stops reading once nobody reads its answers.
    while questions.write_all(many.as_bytes()).is_ok() {}
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn answers_come_in_the_order_of_the_questions_and_a_bad_line_says_its_number() {
    let home = tempfile::tempdir().unwrap();
    let mut child = batch(&home);
    let mut questions = String::new();
    for number in 1..=2_000 {
        match number % 500 {
            0 => questions.push_str("{\"principal\":\"\u{1b}[2Jghp_012345678901234567890123456789012345\"}\n"),
            _ => writeln!(questions, "{{\"principal\":\"person/op-{}-1\",\"permission\":\"asset/view-assets\",\"at\":\"femo/berlin\"}}",
                ["berlin", "billund"][number % 2]).unwrap(),
        }
    }
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()).unwrap());
    let mut answers = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut answers)
        .unwrap();
    writer.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    for (number, line) in (1..).zip(answers.lines()) {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let expected = [["yes", "no"][number % 2], "error"][usize::from(number % 500 == 0)];
        assert_eq!(row["answer"], expected, "{line}");
        if expected == "error" {
            assert!(
                row["why"]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("line {number}: "))
            );
        }
        assert!(!line.contains('\u{1b}') && !line.contains("ghp_"), "{line}");
    }
    assert_eq!(answers.lines().count(), 2_000);
}
