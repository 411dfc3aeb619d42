-- Who may ask: people (staff and payers) and programs; what they hold; where it holds.

create type account_kind as enum ('staff', 'payer', 'service');
create type account_state as enum ('active', 'suspended', 'closed');

create table accounts (
  id            text primary key,
  kind          account_kind not null,
  -- What is typed at log-in; a payer types his phone number, and is found by its blind index. One person, one account.
  login         text not null unique check (login ~ '^[a-z0-9][a-z0-9._:-]{1,79}$'),
  name          text not null check (name <> '' and length(name) <= 80),
  state         account_state not null default 'active',
  created_at    timestamptz not null,
  created_by    text not null,
  -- Argon2id in PHC text form; null: only passkeys or keys open it.
  password      text check (password like '$argon2id$%'),
  password_at   timestamptz,
  -- Set by someone else: the next log-in must change it.
  password_stale boolean not null default false,
  -- Two people agreed that this one sets a new password, until then: whoever could do it alone could be anybody.
  recovery_by    text not null default '',
  recovery_until timestamptz,
  -- Sealed by the vault.
  totp_secret   bytea,
  totp_since    timestamptz,
  -- The last time step that was used: a code opens once.
  totp_step     bigint not null default 0,
  -- A payer's phone, sealed by the vault.
  phone         bytea,
  phone_blind   bytea unique,
  check ((kind = 'payer') = (phone_blind is not null)),
  check (kind <> 'service' or password is null)
);

-- Wrong answers in a row for a login (whether or not there is one), from an address, to a code that was sent. Known by digest, as people type
-- passwords where a login belongs.
create table log_in_tries (
  key_sm3       bytea primary key check (length(key_sm3) = 32),
  failures      integer not null check (failures >= 0),
  last_at       timestamptz not null,
  locked_until  timestamptz
);
create index log_in_tries_old on log_in_tries (last_at);

create table sessions (
  -- What lists show and what revokes it; the cookie's token is known by its digest only.
  id           text primary key,
  account_id   text not null references accounts,
  token_sm3    bytea not null unique check (length(token_sm3) = 32),
  method       text not null check (method in ('password', 'password_totp', 'passkey', 'code')),
  created_at   timestamptz not null,
  seen_at      timestamptz not null,
  expires_at   timestamptz not null,
  address      text not null,
  device       text not null,
  -- The passkey that opened it: revoking a lost device ends its sessions too.
  passkey_id   text,
  -- The account was in use elsewhere at the same time.
  warned_at    timestamptz,
  ended_at     timestamptz,
  ended_why    text not null default '',
  check ((ended_at is null) = (ended_why = ''))
);
create index sessions_of_account on sessions (account_id, created_at);
create index sessions_live on sessions (expires_at) where ended_at is null;

create table passkeys (
  -- The credential's id, base64url.
  id           text primary key,
  account_id   text not null references accounts,
  public_key   bytea not null,
  counter      bigint not null default 0,
  transports   text[] not null default '{}',
  name         text not null check (name <> ''),
  created_at   timestamptz not null,
  used_at      timestamptz,
  revoked_at   timestamptz
);
create index passkeys_of_account on passkeys (account_id);

-- Questions that an authenticator or a phone must answer: each is good once and for a few minutes.
create table challenges (
  id          text primary key,
  purpose     text not null,
  account_id  text references accounts,
  -- What the authenticator signs, or the digest of a code that was sent.
  challenge   text not null,
  expires_at  timestamptz not null,
  tries       integer not null default 0
);
create index challenges_expired on challenges (expires_at);

create table service_keys (
  id          text primary key,
  account_id  text not null references accounts,
  -- 256 bits of chance: one round of a digest hides them well enough.
  key_sm3     bytea not null unique check (length(key_sm3) = 32),
  name        text not null check (name <> ''),
  created_at  timestamptz not null,
  created_by  text not null,
  expires_at  timestamptz,
  used_at     timestamptz,
  revoked_at  timestamptz
);
create index service_keys_of_account on service_keys (account_id);

-- Roles made by the house itself; the built-in ones are code.
create table roles (
  code        text primary key check (code ~ '^[a-z][a-z0-9_]{1,39}$'),
  name_zh     text not null check (name_zh <> ''),
  name_en     text not null check (name_en <> ''),
  permissions text[] not null check (cardinality(permissions) > 0),
  created_at  timestamptz not null,
  changed_at  timestamptz not null
);

-- A role held by an account, and where: null is everywhere. Several grants add up.
create table grants (
  id          text primary key,
  account_id  text not null references accounts,
  role        text not null,
  departments text[],
  merchants   text[],
  channels    text[],
  granted_at  timestamptz not null,
  granted_by  text not null,
  revoked_at  timestamptz,
  revoked_by  text not null default '',
  check (granted_by <> account_id),
  check ((revoked_at is null) = (revoked_by = ''))
);
create index grants_of_account on grants (account_id) where revoked_at is null;

-- Account numbers (户号) that a payer has shown to be his own.
create table bindings (
  id            text primary key,
  account_id    text not null references accounts,
  merchant_no   text not null references merchants,
  -- Sealed by the vault; found by the index of orders.
  account_no    bytea not null,
  account_index bytea not null,
  proof         text not null check (proof in ('payer_name', 'phone')),
  created_at    timestamptz not null
);
create index bindings_of_account on bindings (account_id);
