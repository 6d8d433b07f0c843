/** Runs the health check of a service as ldirectord does: compiled once, called per real server, in one process. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { planDirector } from "../../render/director.ts";
import { clusterOf, inCheckout, type Settings } from "../fixtures.ts";

/** Where a host has the program. */
const installed = "/usr/local/lib/pulumi-lvs/check.pl";

/** In the place of a host: the program is the checkout's, and packets carry no mark, which only root may set. */
const standIn = `
  $INC{"${installed}"} = "${inCheckout("host/check.pl")}";
  require "${inCheckout("host/check.pl")}";
  no warnings "redefine";
  *PulumiLvs::send_from = sub { };
  *PulumiLvs::hold_probes = sub { };
  1;`;

/** What ldirectord does around a check (its sub check_external_perl), and how the check ended. */
const ldirectord = `
  use strict; use warnings; use vars qw(%check_external_perl__funcs);
  $| = 1;
  sub ld_log { print "log: $_[0]\\n" }
  my ($file, @files) = @ARGV;
  for my $changed (undef, @files) {
    rename $changed, $file if defined $changed;
    eval {
      local $SIG{ALRM} = sub { die "Timeout Alarm" };
      alarm 60;
      my $check = $check_external_perl__funcs{$file};
      if (!defined $check) {
        open my $text, "<", $file or die "cannot open $file";
        $check = eval("sub { \\@ARGV = \\@_; " . join("", <$text>) . " }");
        $check_external_perl__funcs{$file} = $check;
      }
      $check->("127.0.0.1", 80, "127.0.0.1", 80);
      alarm 0;
      print "up\\n";
      1;
    } or print "down: $@";
    print "left an alarm\\n" if alarm 0;
  }`;

/** The file that is rendered for a service with this health check. */
export function renderedCheck(healthCheck: Settings): string {
  const cluster = clusterOf({
    subnet: "198.18.7.0/24",
    directors: { lb1: { address: "198.18.7.11" } },
    realServers: { web1: { address: "198.18.7.21" } },
    virtualServices: { web: { address: "198.18.7.100", port: 80, healthCheck, realServers: { web1: {} } } },
  });
  const [director] = cluster.directors;
  if (!director) throw new Error("the cluster has no director");
  const file = planDirector(cluster, director).items.find(
    (item) => item.kind === "file" && item.path.endsWith("/checks/web"),
  );
  if (file?.kind !== "file") throw new Error("the service has no check of its own");
  return file.content;
}

/** Runs each of the files once, each under the name of the first, and tells what was logged and how each check ended. */
export async function runChecks(...files: readonly string[]): Promise<string[]> {
  return inFolder(async (folder) => {
    const paths = files.map((content, index) => {
      writeFileSync(join(folder, String(index)), content);
      return join(folder, String(index));
    });
    const { stdout } = await execa("perl", ["-we", ldirectord, ...paths], { env: withStandIn(folder) });
    return stdout.split("\n");
  });
}

/** What a host says of a candidate for a file of Perl; nothing when it accepts it. */
export async function refusalOf(content: string): Promise<string> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "candidate"), content);
    const { exitCode, all } = await execa(
      "bash",
      [
        // As options these would hold for /etc/bash.bashrc too, which bash reads where it takes the pipe for a remote shell.
        "-c",
        'set -euo pipefail; . "$1"; check_perl "$2"',
        "-",
        inCheckout("host/items/file.sh"),
        join(folder, "candidate"),
      ],
      { env: withStandIn(folder), reject: false, all: true },
    );
    return exitCode === 0 ? all : `refused: ${all}`;
  });
}

function withStandIn(folder: string): Record<string, string> {
  writeFileSync(join(folder, "StandIn.pm"), standIn);
  return { PERL5LIB: folder, PERL5OPT: "-MStandIn" };
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-check-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
