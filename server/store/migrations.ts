/** Statements that bring an empty database to the present form, one list per version; never edit one that was released. */
export const MIGRATIONS: readonly string[] = [
  `
  create table meta (name text primary key, value text not null);
  create table portfolios (
    id text primary key,
    universe_id text not null,
    universe jsonb not null,
    mandate jsonb not null,
    creation jsonb not null,
    terms jsonb not null,
    recipients jsonb not null,
    next_attempt integer not null default 0,
    attestation jsonb,
    sealed text not null,
    created_at timestamptz not null default now()
  );
  create table books (
    portfolio_id text not null references portfolios (id),
    epoch integer not null,
    version integer not null,
    commitment text not null,
    budget_commitment text not null,
    previous_head text not null,
    head text not null,
    sealed text not null,
    created_at timestamptz not null default now(),
    primary key (portfolio_id, epoch)
  );
  create table jobs (
    id uuid primary key,
    portfolio_id text not null references portfolios (id),
    kind text not null,
    state text not null,
    epoch integer,
    retries integer not null default 0,
    cancel_requested boolean not null default false,
    request text not null,
    plan text,
    receipt jsonb,
    timings jsonb,
    tx_hash text,
    gas_used text,
    failure text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create unique index one_job_at_a_time on jobs (portfolio_id)
    where state not in ('confirmed', 'failed', 'cancelled');
  create table outbox (
    hash text primary key,
    job_id uuid not null references jobs (id),
    sender text not null,
    nonce integer not null,
    raw text not null,
    status text not null,
    created_at timestamptz not null default now()
  );
  create table events (
    job_id uuid not null references jobs (id),
    sequence integer not null,
    state text not null,
    code text,
    at timestamptz not null default now(),
    primary key (job_id, sequence)
  );
  create table idempotency_keys (
    key text primary key,
    body_hash text not null,
    job_id uuid not null references jobs (id),
    created_at timestamptz not null default now()
  );
  create table markets (
    universe_id text not null,
    digest text not null,
    time text not null,
    vector jsonb not null,
    primary key (universe_id, digest)
  );
  `,
  `
  create table inquiries (
    sequence integer generated always as identity primary key,
    portfolio_id text not null references portfolios (id),
    caller text not null,
    kind text not null,
    mandate_digest text not null,
    outcome text not null,
    at timestamptz not null default now()
  );
  create index inquiries_of_portfolio on inquiries (portfolio_id, kind, at);
  create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'rows of % are only added', tg_table_name; end
  $$;
  create trigger inquiries_only_added before update or delete or truncate on inquiries
    for each statement execute function refuse_change();
  `,
  `
  create table strategies (
    portfolio_id text not null references portfolios (id),
    version integer not null,
    sealed text not null,
    created_at timestamptz not null default now(),
    primary key (portfolio_id, version)
  );
  create trigger strategies_only_added before update or delete or truncate on strategies
    for each statement execute function refuse_change();
  `,
  `
  alter table outbox drop column job_id;
  `,
]
