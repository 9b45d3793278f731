#!/usr/bin/env bash
# Builds the guest: a Debian root file system with Chromium, dfu-util and lrzsz, plus
# Debian's stock kernel and a small initramfs that mounts it.
# Output goes to a cache folder outside the repository; nothing is rebuilt while the
# inputs (this folder and the package lists of the day) are unchanged.
#
#   test/real-stack/guest/build-guest.sh            build if needed
#   FORCE=1 test/real-stack/guest/build-guest.sh    build anew
#
# Needs root (mmdebstrap, chroot). Uses the Debian sources the host itself is set up with.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${KEYFUSE_GUEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/keyfuse-guest}
suite=bookworm
packages=(
  udev kmod iproute2 busybox-static socat python3-minimal        # system
  chromium fonts-dejavu-core                                     # browser
  xvfb xdotool                                                   # a screen, for real permission prompts
  dfu-util usbutils lrzsz                                        # independent clients
  dosfstools                                                     # the drive of the debug probe
)

mkdir -p "$cache"
stamp=$(cat "$here"/* | sha256sum | cut -c1-16)
if [ -z "${FORCE:-}" ] && [ -f "$cache/stamp" ] && [ "$(cat "$cache/stamp")" = "$stamp" ]; then
  echo "guest image is up to date ($cache)"
  exit 0
fi

began=$(date +%s)
step() { printf '%4ss  %s\n' "$(($(date +%s) - began))" "$*"; }

need=()
for pair in qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils mmdebstrap:mmdebstrap \
            cpio:cpio busybox:busybox-static mke2fs:e2fsprogs; do
  command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
done
step "apt-get update${need:+, install ${need[*]}}"
apt-get update -qq
[ ${#need[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null

work=$(mktemp -d "$cache/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

# The host's own Debian sources (main archive and security), whichever mirror they name.
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -f "$file" ] && grep -q "$suite" "$file" && grep -q debian-archive-keyring "$file" && sources+=("$file")
done
[ ${#sources[@]} -gt 0 ] || sources=(/etc/apt/sources.list)

step "root file system: ${packages[*]}"
mmdebstrap --quiet --mode=root --variant=apt \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$suite" "$root" "${sources[@]}" >"$cache/mmdebstrap.log" 2>&1 \
  || { tail -20 "$cache/mmdebstrap.log" >&2; exit 1; }

# Stock Debian kernel, taken out of its package: no initramfs-tools, no bootloader.
kernel_package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/{print $2; exit}')
step "kernel $kernel_package"
(cd "$work" && apt-get download -qq "$kernel_package" 2>/dev/null && dpkg -x linux-image-*.deb kernel)
version=$(ls "$work/kernel/lib/modules")
modules=$work/kernel/lib/modules/$version
mkdir -p "$root/usr/lib/modules/$version"
cp "$modules"/modules.* "$root/usr/lib/modules/$version/"
for dir in fs/ext4 fs/jbd2 fs/mbcache.ko drivers/virtio drivers/block/virtio_blk.ko drivers/net/virtio_net.ko \
           drivers/net/net_failover.ko net/core/failover.ko drivers/char/hw_random drivers/usb \
           drivers/scsi/scsi_common.ko drivers/scsi/scsi_mod.ko drivers/scsi/sd_mod.ko fs/fat fs/nls block lib crypto arch; do
  [ -e "$modules/kernel/$dir" ] || continue
  mkdir -p "$root/usr/lib/modules/$version/kernel/$(dirname "$dir")"
  cp -r "$modules/kernel/$dir" "$root/usr/lib/modules/$version/kernel/$dir"
done
chroot "$root" depmod "$version"

step "settings"
install -m 755 "$here/rig-init" "$root/sbin/rig-init"
install -m 755 "$here/rig-shell" "$root/usr/local/bin/rig-shell"
install -D -m 644 "$here/70-rig.rules" "$root/etc/udev/rules.d/70-rig.rules"
install -D -m 644 "$here/policies.json" "$root/etc/chromium/policies/managed/rig.json"
echo rig >"$root/etc/hostname"
printf '127.0.0.1 localhost rig\n' >"$root/etc/hosts"
chroot "$root" useradd -m -s /bin/sh -G plugdev,dialout tester
chroot "$root" fc-cache -s >/dev/null 2>&1 || true

step "initramfs"
ram=$work/initramfs
mkdir -p "$ram"/{bin,dev,proc,sys,new,modules}
cp "$(command -v busybox)" "$ram/bin/busybox"
: >"$ram/modules/order"
for name in virtio_pci virtio_blk ext4 crc32c_intel crc32c_generic; do
  chroot "$root" modprobe -S "$version" --show-depends "$name" 2>/dev/null | awk '/^insmod/{print $2}' |
  while read -r file; do
    base=$(basename "$file")
    [ -f "$ram/modules/$base" ] || { cp "$root$file" "$ram/modules/$base"; echo "$base" >>"$ram/modules/order"; }
  done
done
install -m 755 "$here/initramfs-init" "$ram/init"
(cd "$ram" && find . | cpio -o -H newc --quiet) >"$work/initramfs.cpio"

step "disk image"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
size_mib=$(($(du -sm "$root" | cut -f1) + 1024))
mke2fs -q -t ext4 -O ^has_journal -L rig -d "$root" "$work/root.ext4" "${size_mib}M"
cp "$work/kernel/boot/vmlinuz-$version" "$work/vmlinuz"

mv "$work/root.ext4" "$work/initramfs.cpio" "$work/vmlinuz" "$cache/"
grep -aE '^Package: (chromium|dfu-util|lrzsz)$' -A 20 "$root/var/lib/dpkg/status" |
  awk '/^Package:/{p=$2} /^Version:/{print p, $2}' | sort -u >"$cache/versions"
echo "linux $version" >>"$cache/versions"
echo "$stamp" >"$cache/stamp"
step "done: $(du -sh --apparent-size "$cache/root.ext4" | cut -f1) image, $(tr '\n' ',' <"$cache/versions")"
