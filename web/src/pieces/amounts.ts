/** Amounts as the platform writes them, exactly: with all decimals of their currency. Pure. */

/** "1234.50" as 123450n: without the point they are minor units. */
export const minorOf = (amount: string): bigint => BigInt(amount.replace('.', ''))
