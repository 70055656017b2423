"""One wrapper per client, one file each: log in, push, pull, and hand out what was pulled as it lies in the client.

Each wrapper keeps its settings, credentials and images in a folder of its own. Those that keep a registry's bytes
(skopeo, ctr, the AWS ones, JavaScript) pull into a `Layout`; those that unpack (docker, podman, buildah) `save`.
"""
