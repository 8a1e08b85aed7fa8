# One account: a run each night at a time of its own between 1 and 5. docs/scale.md tells how to set it up.
#
#     nomad var put nomad/jobs/photosync-mum AMAZON_COOKIES=@cookies.txt AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… \
#         AWS_REGION=eu-central-1
#     nomad job run -var account=mum deploy/nomad/account.nomad.hcl

variable "account" {
  type        = string
  description = "The name: of the job, of the volumes, of the prefix in the bucket."
}

variable "image" {
  type    = string
  default = "registry.example.org/photosync:latest"
}

variable "bucket" {
  type    = string
  default = "my-bucket"
}

locals {
  minute = parseint(substr(sha256(var.account), 0, 6), 16) % 240
}

job "photosync" {
  id   = "photosync-${var.account}"
  name = "photosync-${var.account}"
  type = "batch"

  periodic {
    crons            = ["${local.minute % 60} ${1 + floor(local.minute / 60)} * * *"]
    time_zone        = "Etc/UTC"
    prohibit_overlap = true
  }

  group "pull" {
    # A run that fails is not started again before the next night: the program itself waits for a busy service.
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    # Sign-ins that the program renews, and its log.
    volume "state" {
      type   = "host"
      source = "photosync-${var.account}-state"
    }

    # In place of it and of its mount: `ephemeral_disk { size = 50000 }`, in MB. Then each run makes the library out of
    # the copy first.
    volume "photos" {
      type   = "host"
      source = "photosync-${var.account}-photos"
    }

    task "pull" {
      driver       = "docker"
      user         = "1000:1000"
      kill_timeout = "30s"

      config {
        image           = var.image
        command         = "pull-once"
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
      }

      env {
        PHOTOSYNC_CONFIG  = "/local/config.yaml"
        PHOTOSYNC_STATE   = "/state"
        PHOTOSYNC_LIBRARY = "/alloc/data/photos"
        PHOTOSYNC_JITTER  = "600"
        TMPDIR            = "/alloc/tmp"
        # The first run of an account has no copy yet: leave it out then.
        PHOTOSYNC_RESTORE_FROM = "offsite"
      }

      template {
        destination = "local/config.yaml"
        data        = <<-EOT
          library: /alloc/data/photos
          copies:
            offsite: s3://${var.bucket}/${var.account}
          after: copy offsite
          accounts:
            amazon: {cookies: "$${AMAZON_COOKIES}"}
        EOT
      }

      template {
        destination = "secrets/environment"
        env         = true
        data        = <<-EOT
          {{ with nomadVar "nomad/jobs/photosync-${var.account}" }}{{ range .Tuples }}
          {{ .K }}={{ .V | toJSON }}
          {{ end }}{{ end }}
        EOT
      }

      volume_mount {
        volume      = "state"
        destination = "/state"
      }

      volume_mount {
        volume      = "photos"
        destination = "/alloc/data/photos"
      }

      resources {
        cpu        = 100
        memory     = 128
        memory_max = 512
      }
    }
  }
}
