#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keyroll_fuzz::manifest(bytes));
