import assert from "node:assert/strict";
import { test } from "node:test";
import { redact, redactWords } from "../../src/base/redact.ts";

/** Every planted secret contains this. */
const S = "hunter2";
const KEY = "c2VjcmV0LWtleS1tYXRlcmlhbC1odW50ZXIy";

const PLANTED: readonly (readonly [string, string])[] = [
  ["YAML", `password: ${S}`],
  ["YAML with spaces", `  db-password: my ${S} is long`],
  ["YAML in a list", `- password: ${S}`],
  ["YAML flow", `mail: { user: me, password: ${S}, host: a }`],
  ["YAML flow without spaces", `{password:${S},user:me}`],
  ["YAML block", `password: |\n  first\n  ${S}\nhost: a`],
  ["YAML folded", `secret: >-\n    ${S}\n    more`],
  ["YAML on the next line", `token:\n  ${S}`],
  ["YAML camel case", `clientSecret: "${S}"`],
  ["JSON", `{"password":"${S}","host":"a"}`],
  ["JSON, pretty", `  "apiKey": "${S}",`],
  ["JSON in JSON", `{"text":"{\\"password\\":\\"${S}\\"}"}`],
  ["JSON with a quote inside", `{"password":"a\\"${S}","host":"a"}`],
  ["shell", `export DB_PASS=${S}`],
  ["shell with spaces", `PGPASSWORD='my ${S}'`],
  ["ini", `secret_key = ${S}`],
  ["ini in a log", `app: connecting with secret_key = ${S} now`],
  ["a log line", `Nov 21 10:00:00 shop app[1]: password: ${S} given`],
  ["a sentence", `the password is ${S}`],
  ["a quoted sentence", `password "${S} here" was wrong`],
  ["a query", `GET /login?user=a&access_token=${S}&x=1`],
  ["an address", `postgres://shop:${S}@db:5432/shop`],
  ["an address with @ in the password", `amqp://shop:p@${S}@mq/`],
  ["an address with / in the password", `amqp://shop:p/${S}@mq/`],
  ["an address with a token alone", `https://${S}@github.com/a/b`],
  ["two addresses", `redis://:${S}@a redis://:${S}@b`],
  ["a bearer", `curl -H 'Authorization: Bearer ${S}.x'`],
  ["a bearer without its header", `sent Bearer abc${S}def`],
  ["basic", `Authorization: Basic ${S}==`],
  ["digest", `Digest username="a", response="${S}"`],
  ["an own header", `X-Api-Key: ${S}`],
  ["a header in JSON", `{"headers":{"authorization":"Bearer ${S}"}}`],
  ["a cookie", `Cookie: a=1; session=${S}`],
  ["a cookie that is set", `set-cookie: id=${S}; Path=/`],
  ["an argument", `app --password ${S} --port 1`],
  ["an argument with =", `app --db-password=${S}`],
  ["a quoted argument", `app --password "my ${S}"`],
  ["arguments in JSON", `["app","--password","${S}"]`],
  ["arguments in YAML", `start: [app, --token, ${S}]`],
  ["arguments below each other", `- --password\n- ${S}`],
  ["curl", `curl -u admin:${S} https://a`],
  ["curl, long", `curl --user admin:${S} https://a`],
  ["mysql", `mysqldump -uroot -p${S} shop`],
  ["sshpass", `sshpass -p ${S} ssh a`],
  ["redis-cli", `redis-cli -h a -a ${S} ping`],
  ["openssl", `openssl rsa -passin pass:${S}`],
  ["a connection string", `Server=a;Password=my ${S};User=b`],
  ["an account key", `AccountName=a;AccountKey=${S}==;`],
  ["SQL", `CREATE USER a IDENTIFIED BY '${S}'`],
  ["netrc", `machine a login me password ${S}`],
  ["redis", `requirepass ${S}`],
  ["LDIF", `userPassword:: ${S}`],
  ["XML", `<password>${S}</password>`],
  ["XML on the next line", `<dbPassword>\n  ${S}\n</dbPassword>`],
  ["an attribute of XML", `<user name="a" password="${S}"/>`],
  ["PHP", `'db_password' => '${S}',`],
  ["SMTP", `AUTH PLAIN ${S}`],
  ["POP", `PASS ${S}`],
  ["redis in a log", `12:00:00 AUTH ${S}`],
  ["Japanese", `パスワードは${S}です`],
  ["Chinese", `密码：${S}`],
  ["a signature of an address", `https://a.blob/x?sv=1&sig=${S}%3D`],
  ["an address without its scheme", `rsync shop:${S}@backup.example.org::shop`],
  ["LDAP", `{SSHA}${S}abcdefgh`],
  ["WireGuard", `PresharedKey = ${S}=`],
  ["AWS", `aws_secret_access_key = ${S}/K7MDENG`],
  ["a header of a program", `curl -H "X-Auth-Token: ${S}" https://a`],
  ["a crypted password", `root:$6$salt$${S}abcdefgh:19000::`],
  ["a webhook", `https://hooks.slack.com/services/T0/B0/${S}`],
  ["a JSON web token", `got eyJhbGciOiJIUzI1NiJ9.${S}.abc`],
  ["GitHub", `ghp_${S}aaaaaaaaaaaaaaaaaaaaaaaaaaaaa`],
  ["Slack", `xoxb-1234567890-${S}`],
  ["PEM", `-----BEGIN RSA PRIVATE KEY-----\n${S}\n-----END RSA PRIVATE KEY-----\nhost: a`],
  ["PEM in the journal", `a: -----BEGIN PRIVATE KEY-----\na: ${S}\na: -----END PRIVATE KEY-----`],
  ["PEM on one line", `"-----BEGIN PRIVATE KEY-----\\n${S}\\n-----END PRIVATE KEY-----\\n"`],
  ["the end of a PEM", `${S}\n-----END PRIVATE KEY-----\nhost: a`],
  ["PGP", `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${S}\n-----END PGP PRIVATE KEY BLOCK-----`],
  ["a PEM below its name", `tls-key: |\n  -----BEGIN EC PRIVATE KEY-----\n  ${S}`],
];

for (const [name, text] of PLANTED) {
  test(`a planted secret goes: ${name}`, () => {
    const said = redact(text);
    assert.doesNotMatch(said, new RegExp(S), said);
    assert.match(said, /\[removed\]/);
  });
}

for (const text of ["AKIAIOSFODNN7EXAMPLE", `AIza${"a".repeat(35)}`, `sk_live_${KEY}`]) {
  test(`known by its form: ${text.slice(0, 8)}`, () => {
    assert.equal(redact(`found ${text} here`), "found [removed] here");
  });
}

const KEPT: readonly string[] = [
  "groups:\n  shop:\n    resources:\n      web: { exec: /srv/shop/web }",
  "password: { file: /etc/solosafe/mail.password }",
  "password: { env: MAIL_PASSWORD }",
  "Monitor `shop-page` failed 3 times in a row (timeout after 5 s).",
  "Nov 21 10:00:00 shop kernel: Out of memory: Killed process 12 (java)",
  "http://127.0.0.1:8080/health answered 500",
  "2026-11-21T19:40:00 12:30:05 root@shop: done",
  "from root@example.org to admin@example.org",
  "1 passed, 2 failed",
  "the author bypassed the key of the map",
  "State:\tD (disk sleep)",
  "rtt min/avg/max/mdev = 0.1/0.2/0.3/0.1 ms",
];

for (const text of KEPT) {
  test(`nothing is a secret in: ${text.split("\n")[0]}`, () => {
    assert.equal(redact(text), text);
  });
}

test("what follows a secret stays", () => {
  assert.equal(redact(`password: |\n  ${S}\nhost: a`), "password: |\n  [removed]\nhost: a");
  assert.equal(redact(`a: 1\npassword: ${S}\nb: 2`), "a: 1\npassword: [removed]\nb: 2");
});

test("words of a command line", () => {
  const words = ["app", "--password", `my ${S}`, "--token=x", "--port", "80", `http://a:${S}@b`];
  assert.deepEqual(redactWords(words), [
    "app",
    "--password",
    "[removed]",
    "--token=[removed]",
    "--port",
    "80",
    "http://[removed]@b",
  ]);
});

test("a long line takes no long time, and is cut", () => {
  const said = redact(`${"a-".repeat(200_000)}password`);
  assert.ok(said.length < 70_000);
});
