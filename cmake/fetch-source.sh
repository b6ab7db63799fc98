#!/bin/bash
# fetch-source.sh PACKAGE MINIMUM FOLDER SUITE...: puts the sources of a Debian package, version MINIMUM or
# newer, into FOLDER from Debian's archive, from the first suite that has it.
#
# apt runs on a configuration of its own (sources, lists and cache in a temporary folder), so that the
# machine's is neither read for versions nor changed, and checks the archive's signature as ever, but not whether
# the mirror is of today: what is wanted is a version, not an update. Fails where apt or Debian is missing.
set -euo pipefail

package=$1
minimum=$2
folder=$3
shift 3
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

for tool in apt-get apt-cache dpkg-source; do
  command -v "$tool" >/dev/null || { echo "no $tool"; exit 1; }
done
[ -r "$keyring" ] || { echo "no $keyring"; exit 1; }

# The mirror that the machine itself uses.
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 'Component: main' |
  awk -v codename="$codename" '$1 == codename && !mirror { mirror = $2 } END { print mirror }')
[ -n "$mirror" ] || { echo "no Debian mirror in the machine's apt sources"; exit 1; }

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,parts,source}
: >"$work/status"

apt_private() {
  local program=$1
  shift
  "$program" -q \
    -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/parts" \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$work/parts" \
    -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" \
    -o APT::Sandbox::User= -o APT::Update::Post-Invoke-Success::= \
    -o Acquire::Languages=none -o Acquire::Retries=3 -o Acquire::Check-Valid-Until=false "$@"
}

for suite in "$@"; do
  echo "deb-src [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"
  apt_private apt-get update || continue
  version=$(apt_private apt-cache showsrc --only-source "$package" | sed -n 's/^Version: //p' |
    sort -V | tail -n 1)
  if [ -z "$version" ] || ! dpkg --compare-versions "$version" ge "$minimum"; then
    echo "$suite has $package ${version:-not at all}, not $minimum or newer"
    continue
  fi
  (cd "$work/source" && apt_private apt-get source "$package=$version")
  tree=$(find "$work/source" -mindepth 1 -maxdepth 1 -type d)
  rm -rf "$folder"
  mv "$tree" "$folder"
  echo "$package $version from $suite"
  exit 0
done
exit 1
