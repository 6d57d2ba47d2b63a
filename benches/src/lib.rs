//! Measuring several ways of doing the same thing in one run.
//!
//! All contenders take turns, a short while each, for many rounds. What is compared are the times
//! of one round, and what is quoted is the median over the rounds: a machine that slows down for a
//! second slows all of them.

use std::hint::black_box;
use std::time::Instant;

pub mod ceremony;
pub mod peer;

/// How many rounds the contenders take turns in.
const ROUNDS: usize = 201;
/// How long a turn should take, in nanoseconds: far above the clock's own cost, far below a
/// scheduler's slice.
const TURN_NANOS: u128 = 400_000;

/// One way of doing it.
pub struct Contender<'a> {
    name: &'static str,
    /// Does the work so many times, and returns the nanoseconds that it took.
    turn: Box<dyn FnMut(usize) -> u128 + 'a>,
    times: usize,
    nanos: Vec<f64>,
}

impl<'a> Contender<'a> {
    /// Names a piece of work. What it returns is kept from the optimizer.
    pub fn new<T>(name: &'static str, mut work: impl FnMut() -> T + 'a) -> Self {
        Self::with_input(name, || (), move |()| work())
    }

    /// Names a piece of work that uses something up, which is made before the clock runs.
    pub fn with_input<I, T>(
        name: &'static str,
        mut make: impl FnMut() -> I + 'a,
        mut work: impl FnMut(I) -> T + 'a,
    ) -> Self {
        let turn = Box::new(move |times| {
            let inputs: Vec<I> = std::iter::repeat_with(&mut make).take(times).collect();
            #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
            let start = Instant::now();
            for input in inputs {
                black_box(work(input));
            }
            start.elapsed().as_nanos()
        });
        Self {
            name,
            turn,
            times: 1,
            nanos: Vec::with_capacity(ROUNDS),
        }
    }

    fn turn(&mut self) -> u128 {
        (self.turn)(self.times)
    }
}

/// What a run has measured.
pub struct Results {
    names: Vec<&'static str>,
    /// Per contender, nanoseconds per piece of work in each round.
    nanos: Vec<Vec<f64>>,
}

/// Lets the contenders take turns.
pub fn run(mut contenders: Vec<Contender<'_>>) -> Results {
    for contender in &mut contenders {
        // Warm up, and find how often the work fits into a turn.
        while contender.turn() < TURN_NANOS {
            contender.times = contender.times.saturating_mul(2);
        }
    }
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            let nanos = contender.turn() as f64 / contender.times as f64;
            contender.nanos.push(nanos);
        }
    }
    let names = contenders.iter().map(|contender| contender.name).collect();
    let nanos = contenders
        .into_iter()
        .map(|contender| contender.nanos)
        .collect();
    Results { names, nanos }
}

impl Results {
    fn of(&self, name: &str) -> &[f64] {
        let at = self.names.iter().position(|known| *known == name);
        at.map_or(&[], |at| self.nanos[at].as_slice())
    }

    /// Returns the median time of a contender, in nanoseconds.
    pub fn nanos(&self, name: &str) -> f64 {
        median(self.of(name).to_vec())
    }

    /// Returns the median, over the rounds, of one contender's time divided by another's.
    pub fn ratio(&self, name: &str, to: &str) -> f64 {
        let pairs = self.of(name).iter().zip(self.of(to));
        median(pairs.map(|(time, other)| time / other).collect())
    }

    /// Prints the median time of each contender.
    pub fn print(&self) {
        for name in &self.names {
            println!("{name:<44} {:>10.0} ns", self.nanos(name));
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Collects targets, and whether they were met.
#[derive(Default)]
pub struct Targets {
    missed: usize,
}

impl Targets {
    /// Prints a figure beside the most it may be.
    pub fn at_most(&mut self, what: &str, figure: f64, most: f64) {
        let met = figure <= most;
        if !met {
            self.missed += 1;
        }
        let verdict = if met { "met" } else { "MISSED" };
        println!("{what:<60} {figure:>7.2}  (at most {most:.2}: {verdict})");
    }

    /// Prints a figure beside the least it may be.
    pub fn at_least(&mut self, what: &str, figure: f64, least: f64) {
        let met = figure >= least;
        if !met {
            self.missed += 1;
        }
        let verdict = if met { "met" } else { "MISSED" };
        println!("{what:<60} {figure:>7.2}  (at least {least:.2}: {verdict})");
    }

    /// Prints that a figure could not be taken, which is a target missed.
    pub fn unknown(&mut self, what: &str, why: &str) {
        self.missed += 1;
        println!("{what:<60} {:>7}  ({why}: MISSED)", "-");
    }

    /// Returns whether all of them were met.
    pub fn all_met(&self) -> bool {
        self.missed == 0
    }
}
