"""Real clients against a real server: what one pushes another pulls, byte for byte.

Every client does both at least once:

                     pushes                        pulls
    docker           Debian, 100 layers            Alpine by podman, index by skopeo, image by boto3
    podman           Alpine                        Debian by docker, image by the AWS CLI
    buildah          index of two architectures    Alpine index by ctr
    skopeo           1 GiB, index, Helm chart      Debian by docker, index by buildah, image by JavaScript
    ctr              Alpine index                  100 layers by docker, index by skopeo
    oras             files, referrer, Helm chart   the same, artifact by skopeo
    AWS CLI          image in parts                image by podman
    boto3            image in parts                index by skopeo
    JavaScript SDK   image in parts                image by boto3
"""
