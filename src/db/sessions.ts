import type { Role } from '../core/role.ts'
import type { Sql } from './sql.ts'

export type StoredSession = {
  readonly id: number
  readonly personId: number
  readonly personName: string
  readonly csrf: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly endsAt: Date
  readonly address: string
  readonly userAgent: string
  readonly role: Role
}

const columns = `s.id, s.person_id as "personId", p.name as "personName", s.csrf, s.created_at as "createdAt",
  s.last_seen_at as "lastSeenAt", s.ends_at as "endsAt", s.address, s.user_agent as "userAgent", p.role`

export type NewSession = {
  readonly personId: number
  readonly digest: string
  readonly csrf: string
  readonly endsAt: Date
  readonly address: string
  readonly userAgent: string
}

export async function insertSession(sql: Sql, session: NewSession, now: Date): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    `insert into sessions (person_id, digest, csrf, created_at, last_seen_at, ends_at, address, user_agent)
     values ($1, $2, $3, $4, $4, $5, $6, $7) returning id`,
    [session.personId, session.digest, session.csrf, now, session.endsAt, session.address, session.userAgent],
  )
  return rows[0]?.id ?? 0
}

/** The living session behind a cookie: neither over, nor idle since before `idleSince`, nor of a person who was shut out. */
export async function sessionByDigest(
  sql: Sql,
  digest: string,
  now: Date,
  idleSince: Date,
): Promise<StoredSession | null> {
  const { rows } = await sql.query<StoredSession>(
    `select ${columns} from sessions s join people p on p.id = s.person_id
     where s.digest = $1 and s.ends_at > $2 and s.last_seen_at > $3 and p.disabled_at is null`,
    [digest, now, idleSince],
  )
  return rows[0] ?? null
}

export async function touchSession(sql: Sql, id: number, now: Date): Promise<void> {
  await sql.query('update sessions set last_seen_at = greatest(last_seen_at, $2) where id = $1', [id, now])
}

/** Which of these sessions and tokens may still read. It does not count as being seen. */
export async function livingFollowers(
  sql: Sql,
  ids: { readonly sessions: readonly number[]; readonly tokens: readonly number[] },
  now: Date,
  idleSince: Date,
): Promise<{ readonly sessions: ReadonlySet<number>; readonly tokens: ReadonlySet<number> }> {
  const { rows } = await sql.query<{ session: number | null; token: number | null }>(
    `select s.id as session, null::bigint as token from sessions s join people p on p.id = s.person_id
     where s.id = any($1) and s.ends_at > $3 and s.last_seen_at > $4 and p.disabled_at is null
     union all
     select null, k.id from api_tokens k where k.id = any($2) and (k.ends_at is null or k.ends_at > $3)`,
    [ids.sessions, ids.tokens, now, idleSince],
  )
  return {
    sessions: new Set(rows.flatMap(({ session }) => session ?? [])),
    tokens: new Set(rows.flatMap(({ token }) => token ?? [])),
  }
}

/** Newest first; of one person, or of all. */
export async function livingSessions(
  sql: Sql,
  personId: number | null,
  now: Date,
  idleSince: Date,
): Promise<readonly StoredSession[]> {
  const { rows } = await sql.query<StoredSession>(
    `select ${columns} from sessions s join people p on p.id = s.person_id
     where ($1::bigint is null or s.person_id = $1) and s.ends_at > $2 and s.last_seen_at > $3
     order by s.last_seen_at desc, s.id desc`,
    [personId, now, idleSince],
  )
  return rows
}

export async function deleteSession(sql: Sql, id: number): Promise<void> {
  await sql.query('delete from sessions where id = $1', [id])
}

/** Ends all sessions of a person, but for the one that is `kept`. */
export async function deleteSessionsOf(sql: Sql, personId: number, kept: number | null): Promise<void> {
  await sql.query('delete from sessions where person_id = $1 and id is distinct from $2', [personId, kept])
}

/** Forgets sessions that are over. */
export async function deleteEndedSessions(sql: Sql, now: Date, idleSince: Date): Promise<void> {
  await sql.query('delete from sessions where ends_at <= $1 or last_seen_at <= $2', [now, idleSince])
}
