//! Noise on whole and decimal numbers of any length: a drawn share of the number, rounded at random so that small
//! numbers keep their average. Types and keys are left to the masks.

use super::draw::Draw;

/// Shares are counted in parts of 2^32.
const ONE: u32 = 32;
/// Digits that are moved; what follows in a longer number is drawn. A number of so many digits is below 2^90, so its
/// product with a share of 1000% fits an i128.
const HEAD: usize = 27;

/// How far numbers move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    /// Largest share, in parts of 2^32, below 2^36.
    most: i128,
}

impl Noise {
    /// For shares up to 10 (1000%).
    pub(super) fn new(share: f64) -> Self {
        // A share of at most 10 is below 2^36 parts; rounded up, so that 10% of 10 is 1.
        Self { most: (share.clamp(0.0, 10.0) * (1u64 << ONE) as f64).ceil() as i128 }
    }

    /// Longest way that a number may go, rounded down.
    fn span(&self, number: u128) -> u128 {
        (number.saturating_mul(self.most.unsigned_abs())) >> ONE
    }

    /// Moves a whole number above 0 and below 2^90 and leaves it from 1 to `max`. It changes if it can change by 1.
    pub(super) fn moved(&self, draw: &mut Draw, number: u128, max: u128) -> u128 {
        // Both fit: the number is below 2^90, the number of shares below 2^37.
        let signed = number as i128;
        let share = i128::from(draw.below((2 * self.most + 1) as u64)) - self.most;
        let rounding = i128::from(draw.below(1 << ONE));
        let way = (signed * share + rounding) >> ONE;
        let fits = |moved: i128| moved >= 1 && moved.unsigned_abs() <= max;
        // Beyond an end the way goes back, so that numbers do not gather there.
        let moved = if fits(signed + way) { signed + way } else { signed - way };
        let moved = moved.max(1).unsigned_abs().min(max);
        if moved != number || self.span(number) == 0 {
            return moved;
        }
        let up = number == 1 || number < max && draw.chance(0.5);
        if up && number < max { number + 1 } else { (number - 1).max(1) }
    }
}

/// How long a masked decimal number may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// As long as it gets.
    Any,
    /// What `numeric(precision, scale)` holds.
    Declared { precision: i32, scale: i32 },
    /// No longer than the number was.
    Same,
}

impl Room {
    /// Reads it off a type such as `numeric(5,2)` or `numeric(5,2)[]`; types of another name tell nothing.
    pub(super) fn of(sql: &str) -> Self {
        match sql.trim_end_matches("[]") {
            "numeric" => Room::Any,
            sql => declared(sql).unwrap_or(Room::Same),
        }
    }

    /// Digits without leading zeros that a number may have which has so many, and so many after the point.
    fn digits(self, has: usize, fraction: usize) -> usize {
        match self {
            Room::Any => has + HEAD,
            Room::Same => has,
            Room::Declared { precision, scale } => {
                let fraction = i32::try_from(fraction).unwrap_or(i32::MAX);
                usize::try_from(precision.saturating_sub(scale).saturating_add(fraction)).unwrap_or(0).max(has)
            }
        }
    }

    /// Digits before the point that are always 0 because the scale is negative.
    fn rounded(self) -> usize {
        match self {
            Room::Declared { scale, .. } => usize::try_from(-scale).unwrap_or(0),
            _ => 0,
        }
    }
}

fn declared(sql: &str) -> Option<Room> {
    let (precision, scale) = sql.strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
    Some(Room::Declared { precision: precision.parse().ok()?, scale: scale.parse().ok()? })
}

/// A decimal number taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// ASCII digits without leading zeros; none for 0.
    digits: Vec<u8>,
    /// How many of them (zeros in front of them counted) stand after the point.
    fraction: usize,
}

impl Decimal {
    /// Reads digits with an optional sign and point.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        Some(Self { negative, digits: digits[zeros..].to_vec(), fraction: fraction.len() })
    }

    /// Adds zeros after the point until the noise can move the number, for types without a scale.
    pub(super) fn refine(&mut self, noise: &Noise) {
        while (1..HEAD).contains(&self.digits.len()) && noise.span(number(&self.digits)) == 0 {
            self.digits.push(b'0');
            self.fraction += 1;
        }
    }

    /// Moves the number; 0 stays.
    pub(super) fn moved(mut self, noise: &Noise, draw: &mut Draw, room: Room) -> Self {
        let rounded = room.rounded().min(self.digits.len());
        let most = room.digits(self.digits.len(), self.fraction) - rounded;
        let zeros = self.digits.split_off(self.digits.len() - rounded);
        if self.digits.is_empty() {
            self.digits = zeros;
            return self;
        }
        let tail = self.digits.len().saturating_sub(HEAD);
        let head = number(&self.digits[..self.digits.len() - tail]);
        // A head may grow by a digit or two; 10^29 fits.
        let max = 10u128.pow(u32::try_from((most - tail).min(HEAD + 2)).unwrap_or(29)) - 1;
        let moved = noise.moved(draw, head, max);
        self.digits = moved.to_string().into_bytes();
        // A digit is below 10.
        self.digits.extend((0..tail).map(|_| b'0' + draw.below(10) as u8));
        self.digits.extend(zeros);
        self
    }

    /// Writes the number with as many digits after the point as it has.
    pub(super) fn write(&self, out: &mut String) {
        let missing = (self.fraction + 1).saturating_sub(self.digits.len());
        let digits = std::iter::repeat_n('0', missing).chain(self.digits.iter().map(|digit| char::from(*digit)));
        if self.negative {
            out.push('-');
        }
        let point = missing + self.digits.len() - self.fraction;
        for (at, digit) in digits.enumerate() {
            if at == point {
                out.push('.');
            }
            out.push(digit);
        }
    }
}

/// The number of at most [`HEAD`] digits.
fn number(digits: &[u8]) -> u128 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u128::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_taken_apart_and_put_together() {
        for text in ["0", "0.00", "-0.05", "12.340", "100", "-7", "0.1"] {
            let mut out = String::new();
            Decimal::read(text).unwrap().write(&mut out);
            assert_eq!(out, text);
        }
        for text in ["", "-", ".", "1e5", "1.2.3", "+1", "NaN", "--1"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn small_numbers_keep_their_average() {
        let mut draw = Draw::new([3; 16]);
        let noise = Noise::new(0.1);
        for number in [1u128, 4, 9, 10, 1000] {
            let sum: u128 = (0..20_000).map(|_| noise.moved(&mut draw, number, 1 << 60)).sum();
            let average = sum as f64 / 20_000.0;
            // The way has a standard deviation below 0.06 of the number, or 0.5 where it is rounded: six of the average.
            let bound = 6.0 * (number as f64 * 0.06).max(0.5) / 20_000f64.sqrt();
            // A number of one is not moved below one.
            assert!(
                (average - number as f64).abs() < bound + if number == 1 { 0.06 } else { 0.0 },
                "{number}: {average}"
            );
        }
    }

    #[test]
    fn room_is_read_off_the_type() {
        assert_eq!(Room::of("numeric"), Room::Any);
        assert_eq!(Room::of("numeric(3,-2)"), Room::Declared { precision: 3, scale: -2 });
        assert_eq!(Room::of("numeric(10,0)[]"), Room::Declared { precision: 10, scale: 0 });
        assert_eq!(Room::of("public.price"), Room::Same);
    }

    #[test]
    fn rounded_numbers_stay_rounded_and_fit() {
        let mut draw = Draw::new([4; 16]);
        for _ in 0..1000 {
            let moved = Decimal::read("99900").unwrap().moved(&Noise::new(0.5), &mut draw, Room::of("numeric(3,-2)"));
            assert!(moved.digits.len() <= 5 && moved.digits.ends_with(b"00"), "{moved:?}");
        }
    }
}
