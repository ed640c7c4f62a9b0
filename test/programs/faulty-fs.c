/*
 * A file system that breaks as it is told: faulty-fs <mount point> <file with the fault>
 *
 * Holds one file in memory and speaks the kernel's FUSE protocol itself (linux/fuse.h). Before each
 * answer it reads the fault from the file: a step (open, create, write, fsync, read, remove) and what
 * happens in it (a number of errno(3), or `hang`); or `wrong` for another byte in what is read.
 * Writes `ready` when it is mounted, and runs until it is killed or unmounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT FUSE_ROOT_ID
#define FILE_NODE 2
#define CONTENT_MOST (16 << 20)
#define REQUEST_MOST ((1 << 20) + 4096)

static int device;
static const char *fault_file;
static char content[CONTENT_MOST];
static size_t content_size;
static int file_exists;
static unsigned long generation = 1;

static void answer(uint64_t unique, int error, const void *body, size_t size)
{
    static char out[REQUEST_MOST];
    struct fuse_out_header header = {
        .len = sizeof header + (error ? 0 : size), .error = -error, .unique = unique};
    memcpy(out, &header, sizeof header);
    if (!error && size) memcpy(out + sizeof header, body, size);
    if (write(device, out, header.len) < 0 && errno != ENOENT) perror("faulty-fs: answer");
}

/* 0: none; -1: hang; otherwise the number of an error. */
static int fault_in(const char *step)
{
    char word[32] = "", what[32] = "";
    FILE *file = fopen(fault_file, "r");
    if (!file) return 0;
    int count = fscanf(file, "%31s %31s", word, what);
    fclose(file);
    if (count < 1 || strcmp(word, step) != 0) return 0;
    return strcmp(what, "hang") == 0 ? -1 : count < 2 ? EIO : atoi(what);
}

static void fill(struct fuse_attr *attr, uint64_t node)
{
    memset(attr, 0, sizeof *attr);
    attr->ino = node;
    attr->mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0600;
    attr->nlink = node == ROOT ? 2 : 1;
    attr->size = node == ROOT ? 0 : content_size;
    attr->blksize = 4096;
}

static void answer_entry(uint64_t unique)
{
    struct fuse_entry_out entry = {.nodeid = FILE_NODE, .generation = generation};
    fill(&entry.attr, FILE_NODE);
    answer(unique, 0, &entry, sizeof entry);
}

static void answer_attr(uint64_t unique, uint64_t node)
{
    struct fuse_attr_out out = {0};
    fill(&out.attr, node);
    answer(unique, 0, &out, sizeof out);
}

static void create(uint64_t unique)
{
    struct { struct fuse_entry_out entry; struct fuse_open_out open; } out = {0};
    file_exists = 1;
    content_size = 0;
    out.entry.nodeid = FILE_NODE;
    out.entry.generation = ++generation;
    fill(&out.entry.attr, FILE_NODE);
    answer(unique, 0, &out, sizeof out);
}

static void take(uint64_t unique, const struct fuse_write_in *in)
{
    struct fuse_write_out out = {.size = in->size};
    if (in->offset + in->size > CONTENT_MOST) return answer(unique, EFBIG, NULL, 0);
    memcpy(content + in->offset, in + 1, in->size);
    if (in->offset + in->size > content_size) content_size = in->offset + in->size;
    answer(unique, 0, &out, sizeof out);
}

static void give(uint64_t unique, const struct fuse_read_in *in)
{
    static char copy[REQUEST_MOST];
    size_t size = in->offset >= content_size ? 0 : content_size - in->offset;
    if (size > in->size) size = in->size;
    memcpy(copy, content + in->offset, size);
    /* Byte 70000 of the file is another one. */
    if (fault_in("wrong") && in->offset <= 70000 && 70000 < in->offset + size)
        copy[70000 - in->offset] ^= 1;
    answer(unique, 0, copy, size);
}

static void greet(uint64_t unique, const struct fuse_init_in *in)
{
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
        .max_readahead = in->max_readahead, .max_write = 1 << 17, .max_background = 64,
        .congestion_threshold = 48};
    answer(unique, 0, &out, sizeof out);
}

static const char *step_of(uint32_t opcode, uint64_t node)
{
    switch (opcode) {
    case FUSE_OPENDIR: return "open";
    case FUSE_CREATE: return "create";
    case FUSE_WRITE: return "write";
    case FUSE_FSYNC: return "fsync";
    case FUSE_READ: return "read";
    case FUSE_UNLINK: return "remove";
    case FUSE_GETATTR: return node == ROOT ? "open" : "";
    default: return "";
    }
}

static void serve(const struct fuse_in_header *header, const void *body)
{
    uint64_t unique = header->unique;
    struct fuse_open_out opened = {0};
    struct fuse_statfs_out space = {.st = {.blocks = 1000, .bsize = 4096, .frsize = 4096,
        .files = 100, .ffree = 50, .namelen = 255}};
    const char *step = step_of(header->opcode, header->nodeid);
    int fault = *step ? fault_in(step) : 0;
    if (fault < 0) return;
    if (fault > 0) return answer(unique, fault, NULL, 0);
    switch (header->opcode) {
    case FUSE_INIT: return greet(unique, body);
    case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: return;
    case FUSE_LOOKUP:
        return file_exists ? answer_entry(unique) : answer(unique, ENOENT, NULL, 0);
    case FUSE_GETATTR: case FUSE_SETATTR: return answer_attr(unique, header->nodeid);
    case FUSE_OPEN: case FUSE_OPENDIR: return answer(unique, 0, &opened, sizeof opened);
    case FUSE_CREATE: return create(unique);
    case FUSE_WRITE: return take(unique, body);
    case FUSE_READ: return give(unique, body);
    case FUSE_UNLINK: file_exists = 0; return answer(unique, 0, NULL, 0);
    case FUSE_STATFS: return answer(unique, 0, &space, sizeof space);
    case FUSE_FSYNC: case FUSE_FLUSH: case FUSE_RELEASE: case FUSE_RELEASEDIR:
        return answer(unique, 0, NULL, 0);
    default: return answer(unique, ENOSYS, NULL, 0);
    }
}

int main(int count, char **words)
{
    static char request[REQUEST_MOST];
    char options[128];
    if (count != 3) return 2;
    fault_file = words[2];
    device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) { perror("faulty-fs: /dev/fuse"); return 1; }
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    if (mount("faulty", words[1], "fuse", MS_NODEV | MS_NOSUID, options) < 0) {
        perror("faulty-fs: mount");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        ssize_t size = read(device, request, sizeof request);
        if (size < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN)) continue;
        if (size < (ssize_t)sizeof(struct fuse_in_header)) return size < 0 && errno == ENODEV ? 0 : 1;
        serve((struct fuse_in_header *)request, request + sizeof(struct fuse_in_header));
    }
}
