//! The command line as a person and a script meet it: words, files, exit codes.

mod console;
mod conventions;
mod destroy;
mod https;
mod import;
mod journal;
mod mirror;
mod probe;
mod refusals;
mod rehearsal;
mod rights;
mod saved;
mod served;
mod state;
mod telling;
mod window;
