-- A payment's row grows by half when it is booked (the channel's number, the sealed payer, the moments), so that half a page left free held the
-- second versions of two thirds only: each of the others went to another page, with a new entry in all five indexes.
alter table payments set (fillfactor = 40);
