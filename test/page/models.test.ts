/** What the page says and shows of a status: functions without a browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { incident, monitor, wellServer, withMonitors } from "../../scripts/page/mock-parts.ts";
import { STORIES, type StoryName } from "../../scripts/page/mock-stories.ts";
import type { ServerStatus } from "../../src/api/answers.ts";
import { headlineOf, wellSince } from "../../ui/src/data/headline.ts";
import { groupState, narrow, serverState, treeOf } from "../../ui/src/data/tree-model.ts";
import { ENGLISH_PAGE } from "../../ui/src/i18n/en.ts";

function headline(status: ServerStatus): string {
  const { tone, sentence, others } = headlineOf(status, ENGLISH_PAGE.headline, () => "THEN");
  return `${tone}: ${sentence}${others > 0 ? ` +${others}` : ""}`;
}

describe("the first sentence", () => {
  const sentences: readonly (readonly [StoryName, string])[] = [
    ["well", "well: All well since THEN"],
    ["recovering", "work: Group `web` is being recovered"],
    ["settling", "warning: Group `web` works again"],
    ["blocked", "ill: Group `web` needs you"],
    ["suspended", "well: All well since THEN"],
    ["empty", "quiet: Nothing is guarded yet"],
    ["large", "ill: Group `tenant-134` is not well"],
  ];
  for (const [name, sentence] of sentences) {
    test(name, () => assert.equal(headline(STORIES[name]().status), sentence));
  }

  test("everything suspended is no server that is well", () => {
    const suspensions = [{ scope: "all", by: "mori", lastsMs: 1000, leftMs: null }];
    assert.match(headline(wellServer({ suspensions })), /^warning: .*suspended/);
  });

  test("a shutdown comes before what it stops", () => {
    const notes = [{ id: "shutdown-in-progress", fields: {} }];
    const { status } = STORIES.blocked();
    assert.equal(headline({ ...status, notes }), "work: The server is shutting down");
  });

  test("of several incidents the one that wants a person is told", () => {
    const { status } = STORIES.blocked();
    const incidents = [incident("1", "files", "samba-port"), ...status.incidents];
    assert.equal(headline({ ...status, incidents }), "ill: Group `web` needs you +1");
  });

  test("what fails and is nobody's incident is told too", () => {
    const status = withMonitors(wellServer({ isHealthy: false }), {
      gateway: { status: "failed" },
    });
    assert.equal(headline(status), "ill: Monitor `gateway` reports a failure");
  });

  test("all is well since the last thing changed", () => {
    const status = withMonitors(wellServer(), { gateway: { lastsMs: 5000 } });
    assert.equal(wellSince(status), status.wall - 5000);
  });
});

describe("the tree", () => {
  test("holds each group with its resources and monitors, and the server's monitors", () => {
    const tree = treeOf(wellServer(), "office-1");
    const names = tree.children.map(
      ({ at, children }) => `${at.name}(${children.map(({ label }) => label).join(" ")})`,
    );
    assert.deepEqual(names, [
      "web(database shop shop-answers database-lives)",
      "files(samba samba-port)",
      "gateway()",
      "system-disk()",
    ]);
  });

  test("a group is as ill as what watches it", () => {
    const status = withMonitors(wellServer(), { "samba-port": { status: "suspect" } });
    const files = status.groups.find(({ name }) => name === "files");
    assert.ok(files);
    assert.equal(groupState(status, files), "suspect");
  });

  test("a rehearsal makes no server ill", () => {
    const status = wellServer();
    const monitors = [...status.monitors, monitor("x", "tcp", "none", { isRehearsed: true })];
    assert.equal(serverState({ ...status, monitors }), "well");
  });

  test("of two hundred groups only those remain that are looked for", () => {
    const tree = treeOf(STORIES.large().status, "office-1");
    const found = narrow(tree, "tenant-13", false)?.children.map(({ at }) => at.name);
    assert.deepEqual(found?.slice(0, 2), ["tenant-130", "tenant-131"]);
    const ill = narrow(tree, "", true)?.children.map(({ at }) => at.name);
    assert.deepEqual(ill, ["tenant-058", "tenant-134"]);
  });
});
