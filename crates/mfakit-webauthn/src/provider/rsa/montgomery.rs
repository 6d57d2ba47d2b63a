//! Powers modulo an odd number, by Montgomery's multiplication, on 64-bit limbs.

/// 4096 bits.
pub(super) const MAX_LIMBS: usize = 64;

/// A number, least significant limb first.
pub(super) type Limbs = [u64; MAX_LIMBS];

/// An odd modulus with what the multiplication needs.
pub(super) struct Modulus {
    n: Limbs,
    /// How many limbs are in use: the highest of them is not zero.
    used: usize,
    bits: usize,
    /// `-n^-1 mod 2^64`.
    n_prime: u64,
    /// `R^2 mod n`, where R is `2^(64 * used)`.
    r_squared: Limbs,
}

/// Reads a big-endian number of at most 512 bytes.
pub(super) fn from_be_bytes(bytes: &[u8], number: &mut Limbs) -> Option<()> {
    let mut limbs = number.iter_mut();
    for chunk in bytes.rchunks(8) {
        *limbs.next()? = chunk
            .iter()
            .fold(0, |limb, byte| (limb << 8) | u64::from(*byte));
    }
    for limb in limbs {
        *limb = 0;
    }
    Some(())
}

/// Writes the `length` low bytes of a number, big endian, to the end of `block`.
pub(super) fn to_be_bytes<'a>(
    number: &Limbs,
    block: &'a mut [u8; 8 * MAX_LIMBS],
    length: usize,
) -> Option<&'a [u8]> {
    let (chunks, _) = block.as_rchunks_mut::<8>().1.split_at_mut(MAX_LIMBS);
    for (chunk, limb) in chunks.iter_mut().rev().zip(number) {
        *chunk = limb.to_be_bytes();
    }
    let start = block.len().checked_sub(length)?;
    block.get(start..)
}

impl Modulus {
    /// Reads a big-endian number without leading zeros; `None` if it is even or too long.
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        let mut n = [0; MAX_LIMBS];
        from_be_bytes(bytes, &mut n)?;
        let first = bytes.first()?;
        let lowest = *n.first()?;
        if lowest & 1 == 0 || *first == 0 {
            return None;
        }
        let unused = usize::try_from(first.leading_zeros()).ok()?;
        let bits = bytes.len().checked_mul(8)?.checked_sub(unused)?;
        let mut modulus = Self {
            n,
            used: bytes.len().div_ceil(8),
            bits,
            n_prime: inverse(lowest).wrapping_neg(),
            r_squared: [0; MAX_LIMBS],
        };
        modulus.r_squared = modulus.r_squared()?;
        Some(modulus)
    }

    /// Returns the length, in bits.
    pub(super) const fn bits(&self) -> usize {
        self.bits
    }

    fn n(&self) -> &[u64] {
        self.n.split_at(self.used).0
    }

    /// `R^2 mod n`: `2^(64 * used + used)` by doubling, which stands for `2^used`; six squarings
    /// make `2^(64 * used)` of it.
    fn r_squared(&self) -> Option<Limbs> {
        let mut value = self.power_of_two_below()?;
        let target = self.used.checked_mul(65)?;
        for _ in self.bits..=target {
            self.double(&mut value);
        }
        for _ in 0..6 {
            value = self.multiply(&value, &value);
        }
        Some(value)
    }

    /// `2^(bits - 1)`, the largest power of two below the modulus.
    fn power_of_two_below(&self) -> Option<Limbs> {
        let mut value = [0; MAX_LIMBS];
        let highest = self.bits.checked_sub(1)?;
        *value.get_mut(highest / 64)? = 1 << (highest % 64);
        Some(value)
    }

    /// `2 * value mod n`.
    fn double(&self, value: &mut Limbs) {
        let mut carry = 0;
        for limb in value.iter_mut().take(self.used) {
            let next = *limb >> 63;
            *limb = (*limb << 1) | carry;
            carry = next;
        }
        self.reduce_once(value, carry);
    }

    /// Subtracts the modulus if `carry * R + value` is not below it.
    fn reduce_once(&self, value: &mut Limbs, carry: u64) {
        let mut difference = [0; MAX_LIMBS];
        let mut borrow = false;
        for ((to, limb), n) in difference.iter_mut().zip(value.iter()).zip(self.n()) {
            (*to, borrow) = limb.borrowing_sub(*n, borrow);
        }
        if carry != 0 || !borrow {
            *value = difference;
        }
    }

    /// `a * b / R mod n`, by rows (the "coarsely integrated operand scanning" of Koç, Acar and
    /// Kaliski, 1996).
    fn multiply(&self, a: &Limbs, b: &Limbs) -> Limbs {
        let mut sum = [0; MAX_LIMBS];
        let mut top = 0_u64;
        let b = b.split_at(self.used).0;
        for &limb in a.iter().take(self.used) {
            top = self.add_row(&mut sum, top, limb, b);
        }
        self.reduce_once(&mut sum, top);
        sum
    }

    /// `sum = (sum + limb * b + q * n) / 2^64`, with the `q` that makes the division exact.
    #[inline]
    fn add_row(&self, sum: &mut Limbs, top: u64, limb: u64, b: &[u64]) -> u64 {
        let (sum, _) = sum.split_at_mut(self.used);
        let mut carry = 0;
        for (s, b) in sum.iter_mut().zip(b) {
            (*s, carry) = limb.carrying_mul_add(*b, *s, carry);
        }
        let (top, over) = top.overflowing_add(carry);

        let lowest = sum.first().copied().unwrap_or(0);
        let q = lowest.wrapping_mul(self.n_prime);
        let mut carry = 0;
        for (s, n) in sum.iter_mut().zip(self.n()) {
            (*s, carry) = q.carrying_mul_add(*n, *s, carry);
        }
        let (top, over_again) = top.overflowing_add(carry);
        // The lowest limb is zero now: shift everything down by one limb.
        sum.rotate_left(1);
        if let Some(last) = sum.last_mut() {
            *last = top;
        }
        u64::from(over | over_again)
    }

    /// `base^exponent mod n`; `None` if the base is not below the modulus.
    pub(super) fn power(&self, base: &Limbs, exponent: u32) -> Option<Limbs> {
        if !self.is_above(base) {
            return None;
        }
        let base = self.multiply(base, &self.r_squared);
        let mut power = base;
        // From the second highest bit down; the highest is `power = base`.
        let length = 32_u32.checked_sub(exponent.leading_zeros())?;
        for bit in (0..length.checked_sub(1)?).rev() {
            power = self.multiply(&power, &power);
            if exponent.checked_shr(bit)? & 1 == 1 {
                power = self.multiply(&power, &base);
            }
        }
        let mut one = [0; MAX_LIMBS];
        *one.first_mut()? = 1;
        Some(self.multiply(&power, &one))
    }

    fn is_above(&self, value: &Limbs) -> bool {
        value.iter().rev().lt(self.n.iter().rev())
    }
}

/// `x^-1 mod 2^64` of an odd number, by Newton's iteration: five right bits, then 10, 20, 40, 80.
fn inverse(x: u64) -> u64 {
    let mut inverse = x.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(x.wrapping_mul(inverse)));
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses() {
        for x in [1, 3, 5, 0xffff_ffff_ffff_ffff, 0x1234_5678_9abc_def1] {
            assert_eq!(inverse(x).wrapping_mul(x), 1);
        }
    }

    fn limbs(value: u128) -> Limbs {
        let mut number = [0; MAX_LIMBS];
        from_be_bytes(&value.to_be_bytes(), &mut number).unwrap();
        number
    }

    /// Square and multiply with plain remainders, on numbers of 63 bits.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "products of 64-bit numbers fit, and the moduli are not zero"
    )]
    fn plain_power(base: u128, exponent: u32, n: u128) -> u128 {
        (0..exponent).fold(1 % n, |power, _| power * base % n)
    }

    #[test]
    fn small_moduli_agree_with_plain_arithmetic() {
        for n in [3_u64, 5, 0x7fff_ffff_ffff_ffe7, 0xffff_ffff_ffff_ffc5] {
            let bytes = n.to_be_bytes();
            let skip = usize::try_from(n.leading_zeros() / 8).unwrap();
            let modulus = Modulus::new(&bytes[skip..]).unwrap();
            for base in [0, 1, 2, n - 1, n / 2] {
                for exponent in [1, 2, 3, 17] {
                    let got = modulus.power(&limbs(base.into()), exponent).unwrap();
                    let want = plain_power(base.into(), exponent, n.into());
                    assert_eq!(got, limbs(want), "{base}^{exponent} mod {n}");
                }
            }
            assert_eq!(modulus.power(&limbs(n.into()), 3), None);
        }
    }

    #[test]
    fn even_moduli_are_none() {
        assert!(Modulus::new(&[2]).is_none());
        assert!(Modulus::new(&[]).is_none());
        assert!(Modulus::new(&[0, 3]).is_none());
    }
}
