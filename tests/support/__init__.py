"""What tests stand on: real servers, real images, real clients.

From the bottom up:

    processes  programs in the background and commands in the foreground
    streams    bytes of any length
    images     images built in memory
    layout     OCI image layouts, read and written
    content    images on disk: Debian, Alpine, 1 GiB, 100 layers
    archives   `docker save` archives, read and written
    oci        the distribution protocol, request by request
    server     a running Entrepot, and its certificate in tls
    clients    docker, podman, buildah, skopeo, ctr, oras, AWS CLI, boto3, JavaScript SDK
"""
