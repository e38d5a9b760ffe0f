#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rhc_core::fuzzing::header_values(data));
