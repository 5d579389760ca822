//! The forms of the trail are not ours alone: another implementation of signed notes, checkpoints and inclusion proofs
//! reads what we write, and we read what it writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use binary::Home;
use keyroll::audit::checkpoint::Checkpoint;
use keyroll::audit::note::{self, Verifier};
use keyroll::audit::proof::Proof;
use keyroll::audit::tree::{Tree, is_included, leaf_hash};
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::tlog::{
    Error, Hash, HashReader, check_record, prove_record, record_hash, stored_hash_index,
    stored_hashes, tree_hash,
};

/// A key that the other implementation's own documentation shows.
const PRIVATE: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// The hashes of a log as the other implementation keeps them.
#[derive(Default)]
struct Log(Vec<Hash>);

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let at = |index: &u64| self.0[usize::try_from(*index).unwrap()];
        Ok(indexes.iter().map(at).collect())
    }
}

fn log(entries: &[Vec<u8>]) -> Log {
    let mut log = Log::default();
    for (number, entry) in (0..).zip(entries) {
        assert_eq!(stored_hash_index(0, number), log.0.len() as u64);
        let more = stored_hashes(number, entry, &log).unwrap();
        log.0.extend(more);
    }
    log
}

fn verifiers(key: &str) -> VerifierList {
    VerifierList::new(vec![Box::new(StandardVerifier::new(key).unwrap())])
}

#[test]
fn trees_and_proofs_of_both_are_the_same() {
    let entries: Vec<Vec<u8>> = (0_u8..21)
        .map(|number| vec![number; usize::from(number)])
        .collect();
    for size in 1..=entries.len() {
        let theirs = log(&entries[..size]);
        let mut ours = Tree::default();
        entries[..size]
            .iter()
            .for_each(|entry| ours.push(leaf_hash(entry)));
        let size = size as u64;
        let root = tree_hash(size, &theirs).unwrap();
        assert_eq!(root.0, ours.root());
        for index in 0..size {
            let entry = &entries[usize::try_from(index).unwrap()];
            let proof = prove_record(size, index, &theirs).unwrap();
            let proof: Vec<_> = proof.iter().map(|hash| hash.0).collect();
            assert!(is_included(
                leaf_hash(entry),
                index,
                size,
                &proof,
                &ours.root()
            ));
        }
    }
}

#[test]
fn we_open_what_the_other_signs() {
    let signer = StandardSigner::new(PRIVATE).unwrap();
    let hash = Hash([7; 32]);
    let checkpoint = tlog_tiles::Checkpoint::new("keyroll/a", 12, hash, "").unwrap();
    let mut theirs = Note::new(&checkpoint.to_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    let key: Verifier = PUBLIC.parse().unwrap();
    let opened = note::Note::parse(&theirs.to_bytes())
        .unwrap()
        .open(&[key])
        .unwrap();
    let ours: Checkpoint = opened.text.parse().unwrap();
    assert_eq!(
        (ours.origin.as_str(), ours.size, ours.root),
        ("keyroll/a", 12, [7; 32])
    );
}

#[test]
fn the_other_opens_and_checks_what_the_program_makes() {
    let home = Home::filled();
    let key = home.run(&["audit", "key", "new", "--file"]).ok(0).stdout;
    let key = key.trim();
    // The private half too is of a form that the other takes.
    let folder = home.path().join("config/keyroll/audit-keys");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let private = files.filter(|path| path.extension().is_some_and(|it| it == "key"));
    let private = fs::read_to_string(private.last().unwrap()).unwrap();
    StandardSigner::new(private.trim()).unwrap();

    let signed = home.run(&["audit", "checkpoint"]).ok(0).stdout;
    let theirs = Note::from_bytes(signed.as_bytes()).unwrap();
    let (by, _) = theirs.verify(&verifiers(key)).unwrap();
    assert_eq!(by.len(), 1);
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    assert_eq!(checkpoint.origin(), by[0].name());

    for event in ["1", "3", "20"] {
        let text = home.run(&["audit", "prove", event]).ok(0).stdout;
        let proof = Proof::parse(text.as_bytes()).unwrap();
        let hashes = proof.hashes.iter().map(|hash| Hash(*hash)).collect();
        let leaf = record_hash(&Sha256::digest(&proof.entry));
        let (size, root) = (checkpoint.size(), *checkpoint.hash());
        check_record(&hashes, size, root, proof.index, leaf).unwrap();
        assert_eq!(text.lines().next().unwrap(), "c2sp.org/tlog-proof@v1");
        let extra = text.lines().nth(1).unwrap().strip_prefix("extra ").unwrap();
        assert_eq!(STANDARD.decode(extra).unwrap(), proof.entry);
    }
}

#[test]
fn the_program_takes_a_key_and_a_checkpoint_that_the_other_made() {
    let home = Home::filled();
    let path = home.file("theirs.key", PRIVATE);
    binary::set_mode(&path, 0o600);
    let ours = ["audit", "checkpoint", "--audit-key", "theirs.key"];
    let printed = home.run(&ours).ok(0).stdout;
    let mut theirs = Note::new(Note::from_bytes(printed.as_bytes()).unwrap().text(), &[]).unwrap();
    theirs
        .add_sigs(&[&StandardSigner::new(PRIVATE).unwrap()])
        .unwrap();
    assert_eq!(theirs.to_bytes(), printed.as_bytes());
    home.file("theirs.txt", theirs.to_bytes());
    let words = [
        "audit",
        "verify",
        "--checkpoint",
        "theirs.txt",
        "--key",
        PUBLIC,
    ];
    home.run(&words).ok(0).says("goes on from `theirs.txt`");
}
