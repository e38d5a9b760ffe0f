#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rhc_sql_identity::fuzzing::tokens(data));
